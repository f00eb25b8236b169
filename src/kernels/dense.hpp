/// Kernels in double precision for models with a covariance matrix: what Gaussian processes need.
///
/// As with the kernels in single precision every instruction set gives the same bits: sums over an index run in its
/// order by fused multiply-add, dot products in eight running sums folded by one tree, exp is our own. Arrays that are
/// vectors have lengths that are multiples of 8 (dense_width), with whatever finite numbers behind what is in use.
#pragma once
#include <cstddef>

namespace hone {

constexpr std::size_t dense_width = 8;
constexpr std::size_t dense_padded(std::size_t n) {
  return (n + dense_width - 1) / dense_width * dense_width;
}

/// c[i][j] -= sum over k < depth, in order, of a[k][i] * b[k][j]; i < rows, j < columns. Operands are copied by blocks
/// into the order in which they are read, so that strides near a power of two cost nothing.
struct DenseProduct {
  const double* a;
  std::size_t a_stride;
  const double* b;
  std::size_t b_stride;
  double* c;
  std::size_t c_stride;
  std::size_t depth, rows, columns;  ///< columns: a multiple of 8
};

/// One axis of points whose distances are taken. `ordered`: by the square of the difference, else 1 where they differ.
struct DenseColumn {
  const double* x;
  double at, weight;
  bool ordered;
};

struct DenseKernels {
  const char* name;
  void (*subtract_product)(const DenseProduct&);
  /// y[i] = fma(factor, x[i], y[i]).
  void (*add_scaled)(double factor, const double* x, double* y, std::size_t count);
  double (*dot)(const double* x, const double* y, std::size_t count);
  /// Forward substitution of up to eight rows of an upper triangle: u and b begin at its first diagonal element;
  /// b[r] is divided by u[r][r], then b[j] = fma(-b[r], u[r][j], b[j]) for the rows behind it; of eight rows for the
  /// `tail` elements behind those too.
  void (*forward_eight)(const double* u, std::size_t stride, std::size_t rows, double* b, std::size_t tail);
  /// Backward: b[r] = (b[r] - sum of u[r][j] b[j]) / u[r][r], last row first; the sum begins with dot() over the tail.
  void (*backward_eight)(const double* u, std::size_t stride, std::size_t rows, double* b, std::size_t tail);
  /// y[i] /= by.
  void (*divide)(double by, double* y, std::size_t count);
  /// y[i] = fma(x[i], x[i], y[i]).
  void (*add_squares)(const double* x, double* y, std::size_t count);
  /// out[i] = sum over the columns, in order, of weight (x[i] - at)^2, or of weight where x[i] is not `at`.
  void (*distances)(const DenseColumn* columns, std::size_t axes, double* out, std::size_t count);
  /// Matern 5/2 of squared scaled distances: value = (1 + q + q^2 / 3) e^-q, q = sqrt(5 r2), and its derivative by r2,
  /// -5/6 (1 + q) e^-q (may be null). `value` may be r2. Relative error below 1e-15 each, but for 1e-300 and less.
  void (*matern)(const double* r2, double* value, double* slope, std::size_t count);
  /// sum over i of w[i] (x[i] - at)^2 and of w[i] where x[i] is not `at`: gradients by the weight of one axis.
  double (*weighted_squares)(const double* w, double at, const double* x, std::size_t count);
  double (*weighted_mismatches)(const double* w, double at, const double* x, std::size_t count);
  /// sum over i of w[i] (at - x[i]).
  double (*weighted_differences)(const double* w, double at, const double* x, std::size_t count);
};

/// Of the same instruction set as kernels() has chosen.
const DenseKernels& dense_kernels();
/// Those of "scalar", "avx2" or "avx512"; null when unknown or not runnable on this machine.
const DenseKernels* find_dense_kernels(const char* name);

}  // namespace hone
