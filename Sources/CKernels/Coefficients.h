// The coefficients of the polynomials and the constants of the mathematical functions, for float32 and float64.
// The polynomials are minimax approximations (Remez exchange in 60-digit arithmetic); the error stated is that of the
// polynomial as part of the whole expression, before rounding, in float32 and float64.
#ifndef COEFFICIENTS_H
#define COEFFICIENTS_H

#include <float.h>
#include <math.h>

// exp(r) = 1 + r + r^2 P(r) for |r| <= ln 2 / 2. Errors 2^-28, 2^-58.
static const float exp_tail_float32[] = {0.5f, 0.166665182f, 0.0416662022f, 0.00836891867f, 0.00139506394f};
static const double exp_tail_float64[] = {
    0.50000000000000133, 0.16666666666666699, 0.041666666666514938, 0.0083333333333070626, 0.001388888894715582,
    0.0001984126991769265, 2.4801489785526957e-05, 2.755721602807379e-06, 2.7631339945454134e-07,
    2.5117945887410915e-08};

// log((1 + s) / (1 - s)) = 2 s + s^3 P(s^2) for |s| <= 0.1716, which is up to (1 + s) / (1 - s) = sqrt 2.
// Errors 2^-29, 2^-58.
static const float log_tail_float32[] = {0.666667759f, 0.399774969f, 0.298730582f};
static const double log_tail_float64[] = {
    0.66666666666667351, 0.39999999999411112, 0.28571428743259297, 0.22222198476224614, 0.18183569732552246,
    0.15313903309495017, 0.14797508217555186};

// tanh x = x + x^3 P(x^2) for |x| <= 0.625. Errors 2^-33, 2^-61.
static const float tanh_tail_float32[] = {
    -0.333333313f, 0.133332103f, -0.0539472029f, 0.0217029694f, -0.00818267744f, 0.00214753998f};
static const double tanh_tail_float64[] = {
    -0.33333333333333315, 0.13333333333329889, -0.053968253966134382, 0.021869488470653807, -0.0088632343415050441,
    0.0035921142713362646, -0.0014557276171488082, 0.00058945862433258276, -0.0002370301281063585,
    9.1589816284408441e-05, -3.0217983243943305e-05, 6.0556419004341392e-06};

// erf x = x + x P(x^2) for |x| <= 1. Errors 2^-35, 2^-63.
static const float erf_tail_float32[] = {
    0.128379166f, -0.376126379f, 0.112837829f, -0.0268654451f, 0.00522107491f, -0.000848471187f, 0.000112705464f,
    -9.68013956e-06f};
static const double erf_tail_float64[] = {
    0.12837916709551259, -0.37612638903183748, 0.11283791670954885, -0.026866170645077875, 0.0052239776248284298,
    -0.00085483269814259964, 0.00012055331132988645, -1.4925595773305657e-05, 1.6461008500463625e-06,
    -1.6350396504903226e-07, 1.4660330858787547e-08, -1.1374964774195256e-09, 5.9607017395584993e-11};

// exp(a^2 / 2) (1 - F(a)) sqrt(2 pi) a = P(1 / a^2) for large a.
static const float tail_series_float32[] = {1, -1, 3, -15, 105};
static const double tail_series_float64[] = {1, -1, 3, -15, 105, -945, 10395};
// The piecewise polynomials for it hold up to here.
static const float tail_highest_float32 = 14.9f;
static const double tail_highest_float64 = 39.6;

// sin x = x + x^3 P(x^2) for |x| <= pi / 4. Errors 2^-38, 2^-58.
static const float sin_tail_float32[] = {-0.166666672f, 0.00833332911f, -0.000198393303f, 2.71827503e-06f};
static const double sin_tail_float64[] = {
    -0.16666666666666632, 0.0083333333333223698, -0.00019841269829771162, 2.755731367863911e-06,
    -2.5050755954992092e-08, 1.5896666048580796e-10};

// cos x = 1 - x^2 / 2 + x^4 P(x^2) for |x| <= pi / 4. Errors 2^-43, 2^-64.
static const float cos_tail_float32[] = {0.0416666679f, -0.00138888834f, 2.47995158e-05f, -2.72098958e-07f};
static const double cos_tail_float64[] = {
    0.041666666666666602, -0.0013888888888874064, 2.4801587289443573e-05, -2.7557314340679529e-07,
    2.0875721625551466e-09, -1.1359559381059777e-11};

// atan x = x + x^3 P(x^2) for |x| <= 1. Error 2^-34: enough for float32.
static const double atan_tail_float64[] = {
    -0.3333333223517056, 0.19999932191087338, -0.14284250767287118, 0.110952016824638, -0.089887885619993974,
    0.072693742227290206, -0.054704301804664568, 0.03470443737427728, -0.016471293171768712, 0.0049992478333642839,
    -0.00071129220833876777};

// pi / 2 as a sum; the first two parts times any integer below 2^20 are exact.
static const double half_pi_high = 1.5707963267341256, half_pi_middle = 6.077100506303966e-11;
static const double half_pi_low = 2.0222662487959506e-21;

// ln 2 as a sum; the first part times any exponent is exact.
static const float ln2_high_float32 = 0.693145752f;
static const double ln2_high_float64 = 0.69314718048553914;
static const float ln2_low_float32 = 1.42860677e-06f;
static const double ln2_low_float64 = 7.4406171100123968e-11;

// log10 2 likewise.
static const float log10_2_high_float32 = 0.301025391f;
static const double log10_2_high_float64 = 0.30102999560767785;
static const float log10_2_low_float32 = 4.60503907e-06f;
static const double log10_2_low_float64 = 5.6303348066750977e-11;

// Adding this to a number of moderate size rounds it to an integer, which is then found in the low bits.
static const float rounder_float32 = 0x1.8p23f;
static const double rounder_float64 = 0x1.8p52;

// exp is infinite beyond the highest argument and 0 below the lowest.
static const float exp_highest_float32 = 89.0f;
static const double exp_highest_float64 = 710.0;
static const float exp_lowest_float32 = -110.0f;
static const double exp_lowest_float64 = -760.0;

// Here 2^n for the n nearest to x log2 e would have the exponent 0, which is that of the number 0.
static const float exp_zero_float32 = -88.0f;
static const double exp_zero_float64 = -709.0;

// expm1 is -1 to the last bit below this.
static const float expm1_lowest_float32 = -20.0f;
static const double expm1_lowest_float64 = -40.0;

// exp(x^2) is infinite from here on.
static const float erfc_highest_float32 = 11.0f;
static const double erfc_highest_float64 = 28.0;

// The smallest normal number.
static const float smallest_normal_float32 = FLT_MIN;
static const double smallest_normal_float64 = DBL_MIN;

#endif
