#include "math/cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/elementary.hpp"

namespace hone {
namespace {

constexpr std::size_t block = 32;  // rows factored before the rest is updated with them

}  // namespace

Cholesky::Cholesky(std::size_t capacity) : stride_(dense_padded(capacity)), factor_(stride_ * stride_, 0.0) {}

void Cholesky::start(std::size_t n) {
  if (dense_padded(n) > stride_) stride_ = dense_padded(n);
  factor_.assign(stride_ * stride_, 0.0);
  size_ = n;
}

/// Right-looking by blocks: what is subtracted from an element runs through the rows above in order, whatever the
/// block.
bool Cholesky::factor_in_place() {
  const auto& k = dense_kernels();
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t end = std::min(first + block, size_);
    for (std::size_t r = first; r < end; ++r) {
      double* const row = factor_.data() + r * stride_;
      // Elements left of the diagonal are garbage of whole vectors; they are cleared at the end.
      const std::size_t from = r / dense_width * dense_width;
      for (std::size_t above = first; above < r; ++above) {
        const double* const u = factor_.data() + above * stride_;
        k.add_scaled(-u[r], u + from, row + from, stride_ - from);
      }
      if (!(row[r] > 0) || !std::isfinite(row[r])) {
        size_ = 0;
        return false;
      }
      const double root = std::sqrt(row[r]);
      row[r] = root;
      for (std::size_t j = r + 1; j < size_; ++j) row[j] /= root;
    }
    for (std::size_t i = end; i < size_; i += block) {
      const std::size_t rows = std::min(block, size_ - i), column = i / dense_width * dense_width;
      k.subtract_product({factor_.data() + first * stride_ + i, stride_, factor_.data() + first * stride_ + column,
                          stride_, factor_.data() + i * stride_ + column, stride_, end - first, rows,
                          stride_ - column});
    }
  }
  for (std::size_t r = 0; r < size_; ++r) {
    std::fill_n(factor_.data() + r * stride_, r, 0.0);
    std::fill(factor_.begin() + static_cast<std::ptrdiff_t>(r * stride_ + size_),
              factor_.begin() + static_cast<std::ptrdiff_t>((r + 1) * stride_), 0.0);
  }
  return true;
}

bool Cholesky::append(std::span<const double> covariances, double variance) {
  HONE_CHECK(covariances.size() >= size_, "one covariance for each row");
  if (size_ == stride_) {  // more room, half as much again
    const std::size_t wider = dense_padded(stride_ + stride_ / 2 + 1);
    std::vector<double> moved(wider * wider, 0.0);
    for (std::size_t r = 0; r < size_; ++r) std::copy_n(factor_.data() + r * stride_, size_, moved.data() + r * wider);
    factor_ = std::move(moved);
    stride_ = wider;
  }
  std::vector<double> column(stride_, 0.0);
  std::copy_n(covariances.begin(), size_, column.begin());
  // As in the factorisation: element k of the new column is finished by the rows above it, in order.
  double rest = variance;
  solve_transposed(column.data());
  for (std::size_t i = 0; i < size_; ++i) rest = std::fma(-column[i], column[i], rest);
  if (!(rest > 0) || !std::isfinite(rest)) return false;
  for (std::size_t i = 0; i < size_; ++i) factor_[i * stride_ + size_] = column[i];
  std::fill_n(factor_.data() + size_ * stride_, stride_, 0.0);
  factor_[size_ * stride_ + size_] = std::sqrt(rest);
  ++size_;
  return true;
}

void Cholesky::shrink(std::size_t n) {
  const std::size_t end = padded();
  for (std::size_t r = 0; r < n; ++r)
    std::fill(factor_.begin() + static_cast<std::ptrdiff_t>(r * stride_ + n),
              factor_.begin() + static_cast<std::ptrdiff_t>(r * stride_ + end), 0.0);
  size_ = n;
}

void Cholesky::solve_transposed(double* b) const {
  const auto& kernels = dense_kernels();
  const std::size_t end = padded();
  for (std::size_t k = 0; k < size_; ++k) {
    const double* const u = row(k);
    b[k] /= u[k];
    const double value = b[k];
    const std::size_t next = std::min(end, dense_padded(k + 1));
    for (std::size_t j = k + 1; j < next; ++j) b[j] = std::fma(-value, u[j], b[j]);
    kernels.add_scaled(-value, u + next, b + next, end - next);
  }
}

void Cholesky::solve_transposed_eight(double* b) const {
  const auto& kernels = dense_kernels();
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t end = std::min(first + block, size_);
    for (std::size_t k = first; k < end; ++k) {
      const double* const u = row(k);
      for (std::size_t c = 0; c < dense_width; ++c) b[k * dense_width + c] /= u[k];
      for (std::size_t j = k + 1; j < end; ++j)
        kernels.add_scaled(-u[j], b + k * dense_width, b + j * dense_width, dense_width);
    }
    if (end < size_)
      kernels.subtract_product({row(first) + end, stride_, b + first * dense_width, dense_width, b + end * dense_width,
                                dense_width, end - first, size_ - end, dense_width});
  }
}

void Cholesky::solve(double* b) const {
  const auto& kernels = dense_kernels();
  const std::size_t end = padded();
  for (std::size_t k = size_; k-- > 0;) {
    const double* const u = row(k);
    const std::size_t next = std::min(end, dense_padded(k + 1));
    double sum = kernels.dot(u + next, b + next, end - next);
    for (std::size_t j = k + 1; j < next; ++j) sum = std::fma(u[j], b[j], sum);
    b[k] = (b[k] - sum) / u[k];
  }
}

double Cholesky::log_determinant() const {
  double sum = 0;
  for (std::size_t k = 0; k < size_; ++k) sum += portable_log(row(k)[k]);
  return 2 * sum;
}

std::vector<double> Cholesky::inverse() const {
  // Rows of U^-T, eight columns of the identity at a time, then A^-1 = U^-1 U^-T.
  const std::size_t width = padded();
  std::vector<double> whole(width * width, 0.0), eight(width * dense_width);
  std::vector<double> lower(width * width, 0.0);  // lower[k][j] = (U^-T)[k][j]
  for (std::size_t first = 0; first < size_; first += dense_width) {
    std::ranges::fill(eight, 0.0);
    for (std::size_t c = 0; c < dense_width && first + c < size_; ++c) eight[(first + c) * dense_width + c] = 1;
    solve_transposed_eight(eight.data());
    for (std::size_t k = first; k < size_; ++k)
      std::copy_n(eight.data() + k * dense_width, dense_width, lower.data() + k * width + first);
  }
  // subtract_product gives minus the sum over k of lower[k][i] lower[k][j].
  for (std::size_t i = 0; i < width; i += block) {
    const std::size_t rows = std::min(block, width - i);
    dense_kernels().subtract_product({lower.data() + i * width + i, width, lower.data() + i * width, width,
                                      whole.data() + i * width, width, width - i, rows, i + dense_padded(rows)});
  }
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t j = 0; j <= i; ++j) whole[i * width + j] = whole[j * width + i] = -whole[i * width + j];
  return whole;
}

}  // namespace hone
