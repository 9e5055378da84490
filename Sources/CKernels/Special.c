#include "Special.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#pragma STDC FP_CONTRACT OFF

static double evaluate(double x, const double *coefficients, size_t count) {
  double y = coefficients[count - 1];
  for (size_t i = count - 1; i > 0; i--) y = y * x + coefficients[i - 1];
  return y;
}

// A starting value by Winitzki's formula, good to 2e-3, then Halley's method, which triples the digits, on erf (near 0)
// or erfc (near 1).
double special_erfinv(double x) {
  const double a = fabs(x);
  if (!(a <= 1)) return NAN;
  if (a == 1) return copysign(INFINITY, x);
  if (a < 1e-8) return x * (1 / M_2_SQRTPI);
  const double logarithm = log1p(-a * a), half = 2 / (M_PI * 0.147) + logarithm / 2;
  double y = sqrt(sqrt(half * half - logarithm / 0.147) - half);
  for (int i = 0; i < 2; i++) {
    const double error = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
    const double step = error / (M_2_SQRTPI * exp(-y * y));
    y -= step / (1 + y * step);
  }
  return copysign(y, x);
}

// The normal quantile in the left tail: a rational function of sqrt(-2 log p) (Abramowitz and Stegun 26.2.23), good to
// 4.5e-4, then Halley's method.
static double tail_quantile(double p) {
  const double t = sqrt(-2 * log(p));
  double x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (int i = 0; i < 2; i++) {
    const double density = M_2_SQRTPI * M_SQRT1_2 / 2 * exp(-0.5 * x * x);
    const double step = (0.5 * erfc(-x * M_SQRT1_2) - p) / density;
    x -= step / (1 + 0.5 * x * step);
  }
  return x;
}

double special_normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) return NAN;
  if (p == 0) return -INFINITY;
  if (p == 1) return INFINITY;
  if (p < 0.1) return tail_quantile(p);
  if (p > 0.9) return -tail_quantile(1 - p);
  return M_SQRT2 * special_erfinv(2 * p - 1);
}

double special_lgamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

// sin(pi x) and cos(pi x): the argument is reduced exactly.
static double sine_of_pi(double x) {
  const double nearest = nearbyint(2 * x), r = M_PI * (x - 0.5 * nearest);
  const double quadrant = fmod(nearest, 4);
  if (quadrant == 0) return sin(r);
  if (quadrant == 1 || quadrant == -3) return cos(r);
  if (quadrant == 2 || quadrant == -2) return -sin(r);
  return -cos(r);
}
static double cosine_of_pi(double x) {
  const double nearest = nearbyint(2 * x), r = M_PI * (x - 0.5 * nearest);
  const double quadrant = fmod(nearest, 4);
  if (quadrant == 0) return cos(r);
  if (quadrant == 1 || quadrant == -3) return -sin(r);
  if (quadrant == 2 || quadrant == -2) return -cos(r);
  return sin(r);
}

double special_sinc(double x) { return x == 0 ? 1 : sine_of_pi(x) / (M_PI * x); }

// Bernoulli numbers B2, B4, …
static const double bernoulli[] = {
    1.0 / 6,      -1.0 / 30,      1.0 / 42,         -1.0 / 30,      5.0 / 66,          -691.0 / 2730,
    7.0 / 6,      -3617.0 / 510,  43867.0 / 798,    -174611.0 / 330, 854513.0 / 138,   -236364091.0 / 2730,
};
enum { BERNOULLI = sizeof bernoulli / sizeof *bernoulli };

// The zero of digamma in two parts, and how digamma goes through it.
static const double digamma_zero_high = 1.4616321449683622, digamma_zero_low = 9.549995429965697e-17;

// Upwards to where the asymptotic series converges.
double special_digamma(double x) {
  if (x == 0) return copysign(INFINITY, -x);
  if (x == -INFINITY) return NAN;
  if (x < 0) {
    if (x == floor(x)) return NAN;
    return special_digamma(1 - x) - M_PI * cosine_of_pi(x) / sine_of_pi(x);
  }
  if (fabs(x - digamma_zero_high) < 0.1) {
    // The Taylor series about the zero keeps the relative accuracy that differences of logarithms lose.
    const double d = (x - digamma_zero_high) - digamma_zero_low;
    double sum = 0, power = 1, factorial = 1;
    for (int n = 1; n <= 14; n++) {
      power *= d, factorial *= n;
      sum += special_polygamma(n, digamma_zero_high) * power / factorial;
    }
    return sum;
  }
  double shifted = 0;
  for (; x < 12; x += 1) shifted -= 1 / x;
  const double z = 1 / (x * x);
  double series = 0, power = z;
  for (int k = 0; k < 8; k++, power *= z) series += bernoulli[k] / (2 * (k + 1)) * power;
  return shifted + log(x) - 0.5 / x - series;
}

// The Hurwitz zeta function sum 1 / (x + k)^s for s >= 2, by Euler-Maclaurin summation.
static double hurwitz_zeta(double s, double x) {
  double sum = 0;
  const double far = 12 + s / 2;
  for (; x < far; x += 1) sum += pow(x, -s);
  double result = pow(x, 1 - s) / (s - 1) + 0.5 * pow(x, -s);
  double factor = s * pow(x, -s - 1) / 2;  // s (s + 1) … (s + 2k) / (2k + 2)! x^(-s - 2k - 1)
  for (int k = 0; k < BERNOULLI; k++) {
    result += bernoulli[k] * factor;
    factor *= (s + 2 * k + 1) * (s + 2 * k + 2) / ((2 * k + 3) * (2 * k + 4) * x * x);
  }
  return sum + result;
}

// The n-th derivative of pi cot(pi x) is pi^(n+1) times a polynomial in the cotangent: d c / dx = -pi (1 + c^2).
static double cotangent_derivative(int n, double x) {
  enum { HIGHEST = 64 };
  if (n >= HIGHEST) return NAN;
  const double sine = sine_of_pi(x), c = cosine_of_pi(x) / sine;
  double polynomial[HIGHEST + 2] = {0, 1};
  for (int k = 0; k < n; k++) {
    double next[HIGHEST + 2] = {0};
    for (int i = 1; i <= k + 1; i++) {
      next[i - 1] -= i * polynomial[i];
      next[i + 1] -= i * polynomial[i];
    }
    for (int i = 0; i <= k + 2; i++) polynomial[i] = next[i];
  }
  return pow(M_PI, n + 1) * evaluate(c, polynomial, (size_t)n + 2);
}

double special_polygamma(int n, double x) {
  if (n < 0) return NAN;
  if (n == 0) return special_digamma(x);
  if (x != x) return x;
  const double sign = n % 2 ? 1 : -1;
  if (x <= 0) {
    if (x == floor(x)) return n % 2 ? INFINITY : x == 0 ? copysign(INFINITY, -x) : NAN;
    // psi_n(x) = (-1)^n psi_n(1 - x) - (d/dx)^n pi cot(pi x)
    return -sign * special_polygamma(n, 1 - x) - cotangent_derivative(n, x);
  }
  if (x == INFINITY) return sign * 0;
  return sign * tgamma(n + 1.0) * hurwitz_zeta(n + 1.0, x);
}

// I_v(x) exp(-x) for x >= 0: the power series with positive terms below 30, else the asymptotic series.
static double bessel_scaled(int order, double x) {
  if (x == INFINITY) return 0;
  if (x < 30) {
    const double z = x * x / 4;
    double term = order ? x / 2 : 1, sum = term;
    for (int k = 1; term > sum * (DBL_EPSILON / 8); k++) sum += term *= z / (k * (double)(k + order));
    return sum * exp(-x);
  }
  double term = 1, sum = 1;
  for (int k = 1; k < 40; k++) {
    const double next = term * ((2 * k - 1) * (2 * k - 1) - 4.0 * order) / (8 * k * x);
    if (fabs(next) < DBL_EPSILON / 8 || fabs(next) >= fabs(term)) break;
    sum += term = next;
  }
  return sum / sqrt(2 * M_PI * x);
}

double special_i0e(double x) { return x == x ? bessel_scaled(0, fabs(x)) : x; }
double special_i1e(double x) { return x == x && x != 0 ? copysign(bessel_scaled(1, fabs(x)), x) : x; }

// exp in two halves, as it overflows before the product does.
static double unscaled(double y, double x) {
  const double half = exp(fabs(x) / 2);
  return y == 0 ? (x == 0 ? y : copysign(INFINITY, y)) : y * half * half;
}
double special_i0(double x) { return x == x ? unscaled(special_i0e(x), x) : x; }
double special_i1(double x) { return x == x ? unscaled(special_i1e(x), x) : x; }
