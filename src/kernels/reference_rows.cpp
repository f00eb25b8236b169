// Layer norm, members' factors, shortcuts and mixup, written plainly (declared in kernels/reference.hpp).
#include <array>
#include <cmath>

#include "kernels/reference.hpp"

namespace hone::reference {
namespace {

std::size_t place(std::size_t stride, std::size_t r, std::size_t c) {
  return c / panel_width * stride + r * panel_width + c % panel_width;
}

/// 16 running sums over the columns, whole panels, then folded onto halves.
template <class Term>
float row_sum(std::size_t columns, Term term) {
  std::array<float, panel_width> lane{};
  for (std::size_t c = 0; c < (columns + panel_width - 1) / panel_width * panel_width; ++c)
    lane[c % panel_width] += term(c);
  for (std::size_t half = panel_width / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
  return lane[0];
}

}  // namespace

void layer_norm(const LayerNorm& n) {
  const float inverse_columns = 1.0f / static_cast<float>(n.columns);
  for (std::size_t r = 0; r < n.rows; ++r) {
    const auto z = [&](std::size_t c) -> float& { return n.z[place(n.stride, r, c)]; };
    const float mean = row_sum(n.columns, z) * inverse_columns;
    const float squares = row_sum(n.columns, [&](std::size_t c) {
      const float off = c < n.columns ? z(c) - mean : 0.0f;
      return off * off;
    });
    const float inverse = 1.0f / std::sqrt(squares * inverse_columns + n.epsilon);
    for (std::size_t c = 0; c < n.columns; ++c) {
      const float normal = (z(c) - mean) * inverse;
      if (n.normalised) n.normalised[place(n.stride, r, c)] = normal;
      z(c) = std::fma(n.gamma[c], normal, n.beta[c]);
    }
    if (n.inverse_deviation) n.inverse_deviation[r] = inverse;
  }
}

void layer_norm_backward(const LayerNorm& n) {
  const float inverse_columns = 1.0f / static_cast<float>(n.columns);
  for (std::size_t c = 0; c < n.columns; ++c) {
    n.beta_gradient[c] = n.gamma_gradient[c] = 0;
    for (std::size_t r = 0; r < n.rows; ++r) {
      const std::size_t at = place(n.stride, r, c);
      n.beta_gradient[c] += n.gradient[at];
      n.gamma_gradient[c] = std::fma(n.gradient[at], n.normalised[at], n.gamma_gradient[c]);
    }
  }
  for (std::size_t r = 0; r < n.rows; ++r) {
    const auto scaled = [&](std::size_t c) {
      return c < n.columns ? n.gamma[c] * n.gradient[place(n.stride, r, c)] : 0.0f;
    };
    const auto normal = [&](std::size_t c) { return c < n.columns ? n.normalised[place(n.stride, r, c)] : 0.0f; };
    const float mean = row_sum(n.columns, scaled) * inverse_columns;
    const float mean_x = row_sum(n.columns, [&](std::size_t c) { return scaled(c) * normal(c); }) * inverse_columns;
    for (std::size_t c = 0; c < n.columns; ++c)
      n.gradient[place(n.stride, r, c)] = n.inverse_deviation[r] * std::fma(-normal(c), mean_x, scaled(c) - mean);
  }
}

void affine_columns(const AffineColumns& p) {
  for (std::size_t r = 0; r < p.rows; ++r)
    for (std::size_t c = 0; c < p.panels * panel_width; ++c)
      p.out[place(p.out_stride, r, c)] =
          std::fma(p.a[place(p.a_stride, r, c)], p.factor[c], p.shift ? p.shift[c] : 0.0f);
}

void affine_gradients(const AffineGradients& p) {
  for (std::size_t c = 0; c < p.panels * panel_width; ++c) {
    float of_factor = 0, of_shift = 0;
    for (std::size_t r = 0; r < p.rows; ++r) {
      float& g = p.gradient[place(p.gradient_stride, r, c)];
      of_factor = std::fma(g, p.a[place(p.a_stride, r, c)], of_factor);
      of_shift += g;
      g *= p.factor[c];
    }
    p.factor_gradient[c] = of_factor;
    if (p.shift_gradient) p.shift_gradient[c] = of_shift;
  }
}

void blend(const Blend& b) {
  for (std::size_t r = 0; r < b.rows; ++r)
    for (std::size_t c = 0; c < b.panels * panel_width; ++c) {
      const std::size_t at = place(b.stride, r, c);
      const float z = b.bend[at];
      b.bend[at] = b.value[at] - z;
      b.value[at] = std::fma(b.bend[at], b.share[c], z);
      if (b.slope) b.slope[at] = std::fma(b.slope[at] - 1.0f, b.share[c], 1.0f);
    }
}

void column_products(const float* a, const float* b, std::size_t stride, std::size_t rows, std::size_t panels,
                     float* out) {
  for (std::size_t c = 0; c < panels * panel_width; ++c) {
    out[c] = 0;
    for (std::size_t r = 0; r < rows; ++r) out[c] = std::fma(a[place(stride, r, c)], b[place(stride, r, c)], out[c]);
  }
}

void add_columns(const float* a, float* out, std::size_t stride, std::size_t rows, std::size_t columns) {
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) out[place(stride, r, c)] += a[place(stride, r, c)];
}

void mix_rows(float* a, std::size_t stride, std::size_t rows, std::size_t panels, float share) {
  for (std::size_t r = 0; r < rows / 2; ++r)
    for (std::size_t c = 0; c < panels * panel_width; ++c) {
      float &first = a[place(stride, r, c)], &second = a[place(stride, rows - 1 - r, c)];
      const float x = first, y = second;
      first = std::fma(share, x, (1.0f - share) * y);
      second = std::fma(share, y, (1.0f - share) * x);
    }
}

}  // namespace hone::reference
