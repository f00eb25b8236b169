#include "math/cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/elementary.hpp"

namespace hone {
namespace {

constexpr std::size_t block = 64;  // rows that are finished before the rest is updated with them

/// The whole vectors that column i is in start here.
constexpr std::size_t vector_start(std::size_t i) {
  return i / dense_width * dense_width;
}

}  // namespace

Cholesky::Cholesky(std::size_t capacity) : stride_(dense_padded(capacity)), factor_(stride_ * stride_, 0.0) {}

void Cholesky::start(std::size_t n) {
  if (size_ == n && n > 0) return;  // what is below the diagonal and behind the last column is 0 already
  if (dense_padded(n) > stride_) stride_ = dense_padded(n);
  factor_.assign(stride_ * stride_, 0.0);
  size_ = n;
}

/// Right-looking by blocks: what is subtracted from an element runs through the rows above in order, whatever the
/// block. Elements left of the diagonal are garbage back to the start of their block until they are cleared at the end.
bool Cholesky::factor_in_place() {
  const std::size_t width = padded();
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t end = std::min(first + block, size_);
    if (!factor_rows(first, end)) {
      size_ = 0;
      return false;
    }
    for (std::size_t i = end; i < size_; i += block) {
      const std::size_t column = vector_start(i);
      dense_kernels().subtract_product(
          {factor_.data() + first * stride_ + i, stride_, factor_.data() + first * stride_ + column, stride_,
           factor_.data() + i * stride_ + column, stride_, end - first, std::min(block, size_ - i), width - column});
    }
  }
  for (std::size_t r = 0; r < size_; ++r) {
    const std::size_t touched = r / block * block;
    std::fill_n(factor_.data() + r * stride_ + touched, r - touched, 0.0);
  }
  return true;
}

/// Rows `first` .. end - 1, which the rows above `first` have been subtracted from: eight by eight.
bool Cholesky::factor_rows(std::size_t first, std::size_t end) {
  const auto& k = dense_kernels();
  const std::size_t width = padded();
  for (std::size_t eight = first; eight < end; eight += dense_width) {
    const std::size_t after = std::min(eight + dense_width, end), from = vector_start(eight);
    for (std::size_t r = eight; r < after; ++r) {
      double* const row = factor_.data() + r * stride_;
      for (std::size_t above = eight; above < r; ++above) {
        const double* const u = factor_.data() + above * stride_;
        k.add_scaled(-u[r], u + from, row + from, width - from);
      }
      if (!(row[r] > 0) || !std::isfinite(row[r])) return false;
      const double root = std::sqrt(row[r]);
      k.divide(root, row + from, width - from);
      row[r] = root;
    }
    if (after < end)
      k.subtract_product({factor_.data() + eight * stride_ + after, stride_, factor_.data() + eight * stride_ + after,
                          stride_, factor_.data() + after * stride_ + after, stride_, after - eight, end - after,
                          width - after});
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
  for (std::size_t k = 0; k < size_; k += dense_width) {
    const std::size_t rows = std::min(dense_width, size_ - k);
    dense_kernels().forward_eight(row(k) + k, stride_, rows, b + k, padded() - k - dense_width);
  }
}

void Cholesky::solve_transposed(double* b, std::size_t columns) const {
  substitute(b, columns, columns, false);
}

/// Forward substitution of the rows of b, `columns` wide; `triangular`: what is right of the diagonal is 0 and stays
/// so.
void Cholesky::substitute(double* b, std::size_t stride, std::size_t columns, bool triangular) const {
  const auto& kernels = dense_kernels();
  for (std::size_t first = 0; first < size_; first += block) {
    const std::size_t end = std::min(first + block, size_);
    for (std::size_t eight = first; eight < end; eight += dense_width) {
      const std::size_t after = std::min(eight + dense_width, end);
      const std::size_t count = triangular ? dense_padded(after) : columns;
      for (std::size_t r = eight; r < after; ++r) {
        for (std::size_t above = eight; above < r; ++above)
          kernels.add_scaled(-row(above)[r], b + above * stride, b + r * stride, count);
        kernels.divide(row(r)[r], b + r * stride, count);
      }
      if (after < end)
        kernels.subtract_product({row(eight) + after, stride_, b + eight * stride, stride, b + after * stride, stride,
                                  after - eight, end - after, count});
    }
    if (end < size_)
      kernels.subtract_product({row(first) + end, stride_, b + first * stride, stride, b + end * stride, stride,
                                end - first, size_ - end, triangular ? dense_padded(end) : columns});
  }
}

void Cholesky::solve(double* b) const {
  for (std::size_t end = padded(); end > 0; end -= dense_width) {
    const std::size_t k = end - dense_width, rows = std::min(dense_width, size_ - k);
    dense_kernels().backward_eight(row(k) + k, stride_, rows, b + k, padded() - end);
  }
}

double Cholesky::log_determinant() const {
  double sum = 0;
  for (std::size_t k = 0; k < size_; ++k) sum += portable_log(row(k)[k]);
  return 2 * sum;
}

void Cholesky::inverse(std::vector<double>& room, std::vector<double>& out) const {
  // The rows of U^-T, then A^-1 = U^-1 U^-T: minus what subtract_product gives.
  const std::size_t width = padded();
  room.assign(width * width, 0.0);
  out.assign(width * width, 0.0);
  for (std::size_t k = 0; k < size_; ++k) room[k * width + k] = 1;
  substitute(room.data(), width, width, true);
  for (std::size_t i = 0; i < size_; i += block)
    for (std::size_t j = i; j < size_; j += block) {
      const std::size_t columns = std::min(block, width - j);
      dense_kernels().subtract_product({room.data() + j * width + i, width, room.data() + j * width + j, width,
                                        out.data() + i * width + j, width, size_ - j, std::min(block, size_ - i),
                                        columns});
    }
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t j = vector_start(i); j < width; ++j) out[i * width + j] = -out[i * width + j];
}

}  // namespace hone
