#include "math/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.hpp"

namespace hone {
namespace {

/// sqrt(a^2 + b^2) without overflow, of operations that are exactly rounded everywhere.
double length(double a, double b) {
  const double large = std::max(std::abs(a), std::abs(b)), small = std::min(std::abs(a), std::abs(b));
  if (large == 0) return 0;
  const double ratio = small / large;
  return large * std::sqrt(1 + ratio * ratio);
}

/// Reduces `a` to a tridiagonal matrix, its diagonal and the elements below it (the last of `below` is 0), and replaces
/// it by the orthogonal matrix that does so: a = q t q^T.
void reduce(std::vector<double>& a, std::size_t n, std::vector<double>& diagonal, std::vector<double>& below) {
  std::vector<double> q(n * n, 0.0), v(n), p(n);
  for (std::size_t i = 0; i < n; ++i) q[i * n + i] = 1;
  for (std::size_t k = 0; k + 2 < n; ++k) {
    double norm = 0;
    for (std::size_t i = k + 1; i < n; ++i) norm += a[i * n + k] * a[i * n + k];
    norm = std::sqrt(norm);
    if (norm == 0) continue;
    // v reflects the column below the diagonal onto its first element.
    const double first = a[(k + 1) * n + k], alpha = first > 0 ? -norm : norm;
    double square = 0;
    for (std::size_t i = k + 1; i < n; ++i) {
      v[i] = a[i * n + k] - (i == k + 1 ? alpha : 0);
      square += v[i] * v[i];
    }
    if (square == 0) continue;
    // a := (1 - beta v v^T) a (1 - beta v v^T), by one symmetric update of rank two.
    const double beta = 2 / square;
    double half = 0;
    for (std::size_t i = k + 1; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = k + 1; j < n; ++j) sum += a[i * n + j] * v[j];
      p[i] = beta * sum;
      half += p[i] * v[i];
    }
    half *= beta / 2;
    for (std::size_t i = k + 1; i < n; ++i) p[i] -= half * v[i];
    for (std::size_t i = k + 1; i < n; ++i)
      for (std::size_t j = k + 1; j < n; ++j) a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
    a[(k + 1) * n + k] = a[k * n + k + 1] = alpha;
    for (std::size_t i = k + 2; i < n; ++i) a[i * n + k] = a[k * n + i] = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = k + 1; j < n; ++j) sum += q[i * n + j] * v[j];
      sum *= beta;
      for (std::size_t j = k + 1; j < n; ++j) q[i * n + j] -= sum * v[j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    diagonal[i] = a[i * n + i];
    below[i] = i + 1 < n ? a[(i + 1) * n + i] : 0;
  }
  a = std::move(q);
}

/// Makes the tridiagonal matrix diagonal by rotations, which are applied to the columns of `q` as well.
void diagonalise(std::vector<double>& d, std::vector<double>& e, std::vector<double>& q, std::size_t n) {
  constexpr int sweeps_max = 60;
  for (std::size_t low = 0; low < n; ++low) {
    for (int sweep = 0;; ++sweep) {
      std::size_t m = low;  // the block low .. m has no negligible element below its diagonal
      for (; m + 1 < n; ++m)
        if (std::abs(e[m]) <= std::numeric_limits<double>::epsilon() * (std::abs(d[m]) + std::abs(d[m + 1]))) break;
      if (m == low) break;
      HONE_CHECK(sweep < sweeps_max, "QL converges for finite matrices");
      const double theta = (d[low + 1] - d[low]) / (2 * e[low]);
      const double root = length(theta, 1.0);
      double g = d[m] - d[low] + e[low] / (theta + (theta >= 0 ? root : -root));
      double sine = 1, cosine = 1, shift = 0;
      std::size_t i = m;
      bool split = false;
      while (i-- > low) {
        const double f = sine * e[i], b = cosine * e[i];
        const double r = length(f, g);
        e[i + 1] = r;
        if (r == 0) {  // the matrix falls apart here
          d[i + 1] -= shift;
          e[m] = 0;
          split = true;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = d[i + 1] - shift;
        const double t = (d[i] - g) * sine + 2 * cosine * b;
        shift = sine * t;
        d[i + 1] = g + shift;
        g = cosine * t - b;
        for (std::size_t k = 0; k < n; ++k) {
          const double right = q[k * n + i + 1], left = q[k * n + i];
          q[k * n + i + 1] = sine * left + cosine * right;
          q[k * n + i] = cosine * left - sine * right;
        }
      }
      if (split) continue;
      d[low] -= shift;
      e[low] = g;
      e[m] = 0;
    }
  }
}

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::size_t n) {
  HONE_CHECK(matrix.size() == n * n, "the matrix is square");
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) matrix[j * n + i] = matrix[i * n + j];
  std::vector<double> diagonal(n), below(n);
  reduce(matrix, n, diagonal, below);
  diagonalise(diagonal, below, matrix, n);

  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return diagonal[i]; });
  SymmetricEigen eigen{std::vector<double>(n), std::vector<double>(n * n)};
  for (std::size_t j = 0; j < n; ++j) {
    eigen.values[j] = diagonal[order[j]];
    for (std::size_t k = 0; k < n; ++k) eigen.vectors[k * n + j] = matrix[k * n + order[j]];
  }
  return eigen;
}

}  // namespace hone
