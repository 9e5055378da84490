// Special functions of one number, in float64; relative errors around 1e-14 away from zeros.
#ifndef SPECIAL_H
#define SPECIAL_H

double special_erfinv(double x);
double special_normal_quantile(double p);
// log |gamma(x)|, without the global sign that lgamma writes.
double special_lgamma(double x);
double special_digamma(double x);
// The n-th derivative of digamma.
double special_polygamma(int n, double x);
// Modified Bessel functions of the first kind; those with an e are multiplied by exp(-|x|).
double special_i0(double x);
double special_i0e(double x);
double special_i1(double x);
double special_i1e(double x);
// sin(pi x) / (pi x), 1 at 0.
double special_sinc(double x);

#endif
