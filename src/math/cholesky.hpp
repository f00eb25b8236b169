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
  /// The same for eight right sides at once: b[k * 8 + c].
  void solve_transposed_eight(double* b) const;
  /// b becomes U^-1 b: backward substitution. Cost: n^2.
  void solve(double* b) const;
  double log_determinant() const;  ///< of A
  /// A^-1, row-major with stride padded(): both triangles. Cost: n^3.
  std::vector<double> inverse() const;

 private:
  void start(std::size_t n);
  bool factor_in_place();

  std::size_t size_ = 0, stride_ = 0;
  std::vector<double> factor_;
};

}  // namespace hone
