/// Double precision: in plain loops of fixed width where the compiler turns them into good vectors, else by
/// `SimdDouble`, which the including file defines. Internal linkage.
#pragma once
#include <cstdint>
#include <cstring>

#include "kernels/dense.hpp"

namespace hone {
namespace {

/// A tile of c stays in registers: SimdDouble::tile_rows times this many columns.
constexpr std::size_t tile_columns = SimdDouble::tile_vectors * SimdDouble::lanes;
/// What is copied of the operands at once: it stays in the first two levels of cache.
constexpr std::size_t depth_block = 64, row_block = 8 * SimdDouble::tile_rows;

/// `a`: (depth, tile_rows) negated, `b`: (depth, tile_columns).
inline void subtract_tile(const double* a, const double* b, std::size_t depth, double* c, std::size_t c_stride) {
  constexpr std::size_t rows = SimdDouble::tile_rows, vectors = SimdDouble::tile_vectors, lanes = SimdDouble::lanes;
  SimdDouble::Vec sum[rows][vectors];
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = SimdDouble::load(c + r * c_stride + v * lanes);
  for (std::size_t k = 0; k < depth; ++k, a += rows, b += tile_columns) {
    SimdDouble::Vec of_b[vectors];
    for (std::size_t v = 0; v < vectors; ++v) of_b[v] = SimdDouble::load(b + v * lanes);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = SimdDouble::fma(SimdDouble::all(a[r]), of_b[v], sum[r][v]);
  }
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t v = 0; v < vectors; ++v) SimdDouble::store(c + r * c_stride + v * lanes, sum[r][v]);
}

/// The same for a tile at the edge, of which rows and columns are missing.
inline void subtract_edge(const double* a, const double* b, std::size_t depth, double* c, std::size_t c_stride,
                          std::size_t rows, std::size_t columns) {
  alignas(64) double tile[SimdDouble::tile_rows * tile_columns] = {};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < columns; ++j) tile[r * tile_columns + j] = c[r * c_stride + j];
  subtract_tile(a, b, depth, tile, tile_columns);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t j = 0; j < columns; ++j) c[r * c_stride + j] = tile[r * tile_columns + j];
}

/// c[i0 ..][all columns] by terms k0 .. k0 + depth - 1.
inline void subtract_rows(const DenseProduct& p, std::size_t k0, std::size_t depth, std::size_t i0, std::size_t rows) {
  constexpr std::size_t tile_rows = SimdDouble::tile_rows;
  alignas(64) double a[depth_block * row_block];
  alignas(64) double b[depth_block * tile_columns];
  for (std::size_t i = 0; i < rows; i += tile_rows)
    for (std::size_t k = 0; k < depth; ++k) {
      const double* const from = p.a + (k0 + k) * p.a_stride + i0 + i;
      double* const to = a + i * depth + k * tile_rows;
      const std::size_t own = rows - i < tile_rows ? rows - i : tile_rows;
      if (own == tile_rows) {
        for (std::size_t r = 0; r < tile_rows; ++r) to[r] = -from[r];
      } else {
        for (std::size_t r = 0; r < tile_rows; ++r) to[r] = r < own ? -from[r] : 0.0;
      }
    }
  for (std::size_t j = 0; j < p.columns; j += tile_columns) {
    const std::size_t columns = p.columns - j < tile_columns ? p.columns - j : tile_columns;
    for (std::size_t k = 0; k < depth; ++k) {
      const double* const from = p.b + (k0 + k) * p.b_stride + j;
      double* const to = b + k * tile_columns;
      if (columns == tile_columns) {
        for (std::size_t v = 0; v < tile_columns; ++v) to[v] = from[v];
      } else {
        for (std::size_t v = 0; v < tile_columns; ++v) to[v] = v < columns ? from[v] : 0.0;
      }
    }
    for (std::size_t i = 0; i < rows; i += tile_rows) {
      double* const c = p.c + (i0 + i) * p.c_stride + j;
      const std::size_t own = rows - i < tile_rows ? rows - i : tile_rows;
      if (own == tile_rows && columns == tile_columns) {
        subtract_tile(a + i * depth, b, depth, c, p.c_stride);
      } else {
        subtract_edge(a + i * depth, b, depth, c, p.c_stride, own, columns);
      }
    }
  }
}

void dense_subtract_product(const DenseProduct& p) {
  for (std::size_t k = 0; k < p.depth; k += depth_block)
    for (std::size_t i = 0; i < p.rows; i += row_block)
      subtract_rows(p, k, p.depth - k < depth_block ? p.depth - k : depth_block, i,
                    p.rows - i < row_block ? p.rows - i : row_block);
}

void dense_add_scaled(double factor, const double* x, double* y, std::size_t count) {
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < dense_width; ++v) y[i + v] = __builtin_fma(factor, x[i + v], y[i + v]);
}

void dense_forward_eight(const double* u, std::size_t stride, std::size_t rows, double* b, std::size_t tail) {
  for (std::size_t r = 0; r < rows; ++r) {
    b[r] /= u[r * stride + r];
    for (std::size_t j = r + 1; j < rows; ++j) b[j] = __builtin_fma(-b[r], u[r * stride + j], b[j]);
  }
  if (rows < dense_width) return;
  SimdDouble::Vec factor[dense_width];
  for (std::size_t r = 0; r < dense_width; ++r) factor[r] = SimdDouble::all(-b[r]);
  u += dense_width;
  b += dense_width;
  for (std::size_t i = 0; i < tail; i += SimdDouble::lanes) {
    SimdDouble::Vec sum = SimdDouble::load(b + i);
    for (std::size_t r = 0; r < dense_width; ++r)
      sum = SimdDouble::fma(factor[r], SimdDouble::load(u + r * stride + i), sum);
    SimdDouble::store(b + i, sum);
  }
}

void dense_divide(double by, double* y, std::size_t count) {
  for (std::size_t i = 0; i < count; i += SimdDouble::lanes)
    SimdDouble::store(y + i, SimdDouble::div(SimdDouble::load(y + i), SimdDouble::all(by)));
}

void dense_add_squares(const double* x, double* y, std::size_t count) {
  for (std::size_t i = 0; i < count; i += SimdDouble::lanes) {
    const SimdDouble::Vec own = SimdDouble::load(x + i);
    SimdDouble::store(y + i, SimdDouble::fma(own, own, SimdDouble::load(y + i)));
  }
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

/// The dot products of `Rows` rows with y, each as dense_dot() takes it.
template <std::size_t Rows>
inline void dense_dots(const double* x, std::size_t stride, const double* y, std::size_t count, double* out) {
  constexpr std::size_t vectors = dense_width / SimdDouble::lanes;
  SimdDouble::Vec sum[Rows][vectors];
  for (auto& of_row : sum)
    for (auto& part : of_row) part = SimdDouble::all(0);
  for (std::size_t i = 0; i < count; i += dense_width)
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t at = i + v * SimdDouble::lanes;
      const SimdDouble::Vec own = SimdDouble::load(y + at);
      for (std::size_t r = 0; r < Rows; ++r)
        sum[r][v] = SimdDouble::fma(SimdDouble::load(x + r * stride + at), own, sum[r][v]);
    }
  for (std::size_t r = 0; r < Rows; ++r) {
    double lane[dense_width];
    for (std::size_t v = 0; v < vectors; ++v) SimdDouble::store(lane + v * SimdDouble::lanes, sum[r][v]);
    out[r] = dense_fold(lane);
  }
}

void dense_backward_eight(const double* u, std::size_t stride, std::size_t rows, double* b, std::size_t tail) {
  constexpr std::size_t together = SimdDouble::lanes > 2 ? 4 : 1;
  double sum[dense_width] = {};
  if (tail > 0)
    for (std::size_t r = 0; r < dense_width; r += together)
      dense_dots<together>(u + r * stride + dense_width, stride, b + dense_width, tail, sum + r);
  for (std::size_t r = rows; r-- > 0;) {
    double own = sum[r];
    for (std::size_t j = r + 1; j < rows; ++j) own = __builtin_fma(u[r * stride + j], b[j], own);
    b[r] = (b[r] - own) / u[r * stride + r];
  }
}

/// As a factor: a sum of chosen terms is what GCC 12 turns into wrong AVX2 code at -O3.
inline double differs(double x, double at) {
  return x == at ? 0.0 : 1.0;
}

template <std::size_t Count>
inline void distances_of(const DenseColumn* columns, std::size_t axes, double* out, std::size_t i) {
  constexpr std::size_t lanes = SimdDouble::lanes;
  SimdDouble::Vec sum[Count];
  for (auto& part : sum) part = SimdDouble::all(0);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const DenseColumn& column = columns[axis];
    const SimdDouble::Vec at = SimdDouble::all(column.at), weight = SimdDouble::all(column.weight);
    if (column.ordered) {
      for (std::size_t v = 0; v < Count; ++v) {
        const SimdDouble::Vec off = SimdDouble::sub(SimdDouble::load(column.x + i + v * lanes), at);
        sum[v] = SimdDouble::fma(SimdDouble::mul(weight, off), off, sum[v]);
      }
    } else {
      for (std::size_t v = 0; v < Count; ++v)
        sum[v] = SimdDouble::fma(weight, SimdDouble::differs(SimdDouble::load(column.x + i + v * lanes), at), sum[v]);
    }
  }
  for (std::size_t v = 0; v < Count; ++v) SimdDouble::store(out + i + v * lanes, sum[v]);
}

void dense_distances(const DenseColumn* columns, std::size_t axes, double* out, std::size_t count) {
  constexpr std::size_t together = 4, step = together * SimdDouble::lanes;
  std::size_t i = 0;
  for (; i + step <= count; i += step) distances_of<together>(columns, axes, out, i);
  for (; i < count; i += SimdDouble::lanes) distances_of<1>(columns, axes, out, i);
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
          dense_forward_eight,
          dense_backward_eight,
          dense_divide,
          dense_add_squares,
          dense_distances,
          dense_matern,
          dense_weighted_squares,
          dense_weighted_mismatches,
          dense_weighted_differences};
}

}  // namespace
}  // namespace hone
