/// Eigenvalues and eigenvectors of a symmetric matrix.
#pragma once
#include <cstddef>
#include <vector>

namespace hone {

struct SymmetricEigen {
  std::vector<double> values;   ///< (n), ascending
  std::vector<double> vectors;  ///< (n, n) row-major: column j belongs to values[j]; orthonormal
};

/// `matrix`: (n, n) row-major, finite; only its lower triangle is read. Equal input gives equal bits. Cost: O(n^3).
/// Householder's reduction to tridiagonal form, then implicit QL with Wilkinson's shift.
/// Source: Golub, Van Loan, "Matrix computations", 8.3.
SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::size_t n);

}  // namespace hone
