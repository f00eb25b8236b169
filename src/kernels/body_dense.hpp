/// Double precision in plain loops of fixed width, which the compiler turns into the vectors of each instruction set.
/// Internal linkage.
#pragma once
#include <cstdint>
#include <cstring>

#include "kernels/dense.hpp"

namespace hone {
namespace {

/// Rows of c that stay in registers together, eight columns wide.
constexpr std::size_t dense_rows = 4;

template <std::size_t Rows>
inline void subtract_block(const DenseProduct& p, std::size_t i, std::size_t j) {
  double sum[Rows][dense_width];
  for (std::size_t r = 0; r < Rows; ++r)
    for (std::size_t v = 0; v < dense_width; ++v) sum[r][v] = p.c[(i + r) * p.c_stride + j + v];
  for (std::size_t k = 0; k < p.depth; ++k) {
    const double* a = p.a + k * p.a_stride + i;
    const double* b = p.b + k * p.b_stride + j;
    for (std::size_t r = 0; r < Rows; ++r)
      for (std::size_t v = 0; v < dense_width; ++v) sum[r][v] = __builtin_fma(-a[r], b[v], sum[r][v]);
  }
  for (std::size_t r = 0; r < Rows; ++r)
    for (std::size_t v = 0; v < dense_width; ++v) p.c[(i + r) * p.c_stride + j + v] = sum[r][v];
}

void dense_subtract_product(const DenseProduct& p) {
  for (std::size_t j = 0; j < p.columns; j += dense_width) {
    std::size_t i = 0;
    for (; i + dense_rows <= p.rows; i += dense_rows) subtract_block<dense_rows>(p, i, j);
    for (; i < p.rows; ++i) subtract_block<1>(p, i, j);
  }
}

void dense_add_scaled(double factor, const double* x, double* y, std::size_t count) {
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) y[i + v] = __builtin_fma(factor, x[i + v], y[i + v]);
}

inline double dense_fold(double (&sum)[dense_width]) {
  for (std::size_t half = dense_width / 2; half > 0; half /= 2)
    for (std::size_t v = 0; v < half; ++v) sum[v] += sum[v + half];
  return sum[0];
}

double dense_dot(const double* x, const double* y, std::size_t count) {
  double sum[dense_width] = {};
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) sum[v] = __builtin_fma(x[i + v], y[i + v], sum[v]);
  return dense_fold(sum);
}

void dense_add_squares(double weight, double at, const double* x, double* out, std::size_t count) {
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) {
      const double off = x[i + v] - at;
      out[i + v] = __builtin_fma(weight * off, off, out[i + v]);
    }
}

/// As a factor: a sum of chosen terms is what GCC 12 turns into wrong AVX2 code at -O3.
inline double differs(double x, double at) {
  return x == at ? 0.0 : 1.0;
}

void dense_add_mismatches(double weight, double at, const double* x, double* out, std::size_t count) {
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) out[i + v] += weight * differs(x[i + v], at);
}

/// e^-q for q >= 0; 0 beyond 700. q = n ln 2 + r, |r| <= ln 2 / 2, then Taylor to r^13.
inline void dense_exp_of_minus(const double* q, double* out) {
  constexpr double log2e = 1.4426950408889634, ln2_high = 0x1.62e42fefa0000p-1, ln2_low = 0x1.cf79abc9e3b3ap-40;
  constexpr double to_whole = 0x1.8p52;  // adding it rounds to whole numbers
  constexpr double c[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
                          1.0 / 5040,       1.0 / 720,       1.0 / 120,      1.0 / 24,      1.0 / 6,      0.5};
  double scale[dense_width], r[dense_width], p[dense_width];
  for (std::size_t v = 0; v < dense_width; ++v) {
    const double x = -(q[v] < 700.0 ? q[v] : 700.0);
    const double shifted = __builtin_fma(x, log2e, to_whole), n = shifted - to_whole;
    r[v] = __builtin_fma(-n, ln2_low, __builtin_fma(-n, ln2_high, x));
    const std::uint64_t bits = (__builtin_bit_cast(std::uint64_t, shifted) + 1023) << 52;
    scale[v] = __builtin_bit_cast(double, bits);
  }
  for (std::size_t v = 0; v < dense_width; ++v) p[v] = c[0];
  for (std::size_t k = 1; k < sizeof c / sizeof c[0]; ++k)
    for (std::size_t v = 0; v < dense_width; ++v) p[v] = __builtin_fma(p[v], r[v], c[k]);
  for (std::size_t v = 0; v < dense_width; ++v) {
    const double power = __builtin_fma(__builtin_fma(p[v], r[v], 1.0), r[v], 1.0);
    out[v] = q[v] < 700.0 ? power * scale[v] : 0.0;
  }
}

void dense_matern(const double* r2, double* value, double* slope, std::size_t count) {
  for (std::size_t i = 0; i < count; i += dense_width) {
    double q[dense_width], e[dense_width];
    for (std::size_t v = 0; v < dense_width; ++v) q[v] = __builtin_sqrt(5.0 * r2[i + v]);
    dense_exp_of_minus(q, e);
    for (std::size_t v = 0; v < dense_width; ++v)
      value[i + v] = __builtin_fma(__builtin_fma(q[v], 1.0 / 3, 1.0), q[v], 1.0) * e[v];
    if (slope == nullptr) continue;
    for (std::size_t v = 0; v < dense_width; ++v) slope[i + v] = (-5.0 / 6) * (1.0 + q[v]) * e[v];
  }
}

double dense_weighted_squares(const double* w, double at, const double* x, std::size_t count) {
  double sum[dense_width] = {};
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) {
      const double off = x[i + v] - at;
      sum[v] = __builtin_fma(w[i + v] * off, off, sum[v]);
    }
  return dense_fold(sum);
}

double dense_weighted_mismatches(const double* w, double at, const double* x, std::size_t count) {
  double sum[dense_width] = {};
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) sum[v] = __builtin_fma(w[i + v], differs(x[i + v], at), sum[v]);
  return dense_fold(sum);
}

double dense_weighted_differences(const double* w, double at, const double* x, std::size_t count) {
  double sum[dense_width] = {};
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) sum[v] = __builtin_fma(w[i + v], at - x[i + v], sum[v]);
  return dense_fold(sum);
}

constexpr DenseKernels make_dense_kernels(const char* name) {
  return {name,
          dense_subtract_product,
          dense_add_scaled,
          dense_dot,
          dense_add_squares,
          dense_add_mismatches,
          dense_matern,
          dense_weighted_squares,
          dense_weighted_mismatches,
          dense_weighted_differences};
}

}  // namespace
}  // namespace hone
