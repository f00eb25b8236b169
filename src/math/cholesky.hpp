/// The Cholesky factor of a covariance matrix that grows, and what is solved with it.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/dense.hpp"

namespace hone {

/// U with U^T U = A, upper, row-major. Rows that are appended one by one give the same bits as a matrix factored whole.
/// Vectors given and taken have padded() elements, of which size() count; the others are kept at 0.
class Cholesky {
 public:
  /// Room for `capacity` rows.
  explicit Cholesky(std::size_t capacity = 0);

  std::size_t size() const { return size_; }
  std::size_t padded() const { return dense_padded(size_); }
  std::size_t stride() const { return stride_; }
  const double* row(std::size_t k) const { return factor_.data() + k * stride_; }

  /// Factors the matrix whose upper triangle fill(k, row) writes: elements k .. n - 1 of row k into row[k .. n - 1].
  /// False if it is not positive definite; then size() is 0. Cost: n^3 / 3.
  template <class Fill>
  bool factor(std::size_t n, Fill fill) {
    start(n);
    for (std::size_t k = 0; k < n; ++k) fill(k, factor_.data() + k * stride_);
    return factor_in_place();
  }
  /// Adds a row: its covariances with the rows so far, and its variance. False, and unchanged, if the matrix would not
  /// be positive definite. Cost: n^2.
  bool append(std::span<const double> covariances, double variance);
  void shrink(std::size_t n);  ///< forgets the last rows

  /// b becomes U^-T b: forward substitution. Cost: n^2.
  void solve_transposed(double* b) const;
  /// The same for many right sides at once, with the same bits for each: b[k * columns + c], `columns` a multiple of 8,
  /// padded() rows of which size() count.
  void solve_transposed(double* b, std::size_t columns) const;
  /// b becomes U^-1 b: backward substitution. Cost: n^2.
  void solve(double* b) const;
  double log_determinant() const;  ///< of A
  /// A^-1, row-major with stride padded(): its upper triangle, with numbers that say nothing up to a vector's width
  /// left of the diagonal, and 0 elsewhere. `room` is memory that can be used again. Cost: n^3 / 3.
  void inverse(std::vector<double>& room, std::vector<double>& out) const;

 private:
  void start(std::size_t n);
  bool factor_in_place();
  bool factor_rows(std::size_t first, std::size_t end);
  void substitute(double* b, std::size_t stride, std::size_t columns, bool triangular) const;

  std::size_t size_ = 0, stride_ = 0;
  std::vector<double> factor_;
};

}  // namespace hone
