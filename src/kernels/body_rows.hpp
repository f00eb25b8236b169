/// What ensembles in one network, residual layers, layer norm, mixup and periodic embeddings need. Sums over rows run
/// in order; sums over columns use the fixed 16-lane tree. Internal linkage.
#pragma once
#include "kernels/body_layers.hpp"

namespace hone {
namespace {

void affine_columns(const AffineColumns& p) {
  for (std::size_t column = 0; column < p.panels * panel_width; column += Simd::lanes) {
    const std::size_t panel = column / panel_width, lane = column % panel_width;
    const float* a = p.a + panel * p.a_stride + lane;
    float* out = p.out + panel * p.out_stride + lane;
    const Vec factor = Simd::load(p.factor + column), shift = p.shift ? Simd::load(p.shift + column) : all(0.0f);
    for (std::size_t r = 0; r < p.rows * panel_width; r += panel_width)
      Simd::store(out + r, Simd::fma(Simd::load(a + r), factor, shift));
  }
}

void affine_gradients(const AffineGradients& p) {
  for (std::size_t column = 0; column < p.panels * panel_width; column += Simd::lanes) {
    const std::size_t panel = column / panel_width, lane = column % panel_width;
    const float* a = p.a + panel * p.a_stride + lane;
    float* gradient = p.gradient + panel * p.gradient_stride + lane;
    const Vec factor = Simd::load(p.factor + column);
    Vec of_factor = all(0.0f), of_shift = all(0.0f);
    for (std::size_t r = 0; r < p.rows * panel_width; r += panel_width) {
      const Vec g = Simd::load(gradient + r);
      of_factor = Simd::fma(g, Simd::load(a + r), of_factor);
      of_shift = Simd::add(of_shift, g);
      Simd::store(gradient + r, Simd::mul(g, factor));
    }
    Simd::store(p.factor_gradient + column, of_factor);
    if (p.shift_gradient) Simd::store(p.shift_gradient + column, of_shift);
  }
}

void blend(const Blend& b) {
  const Vec one = all(1.0f);
  for (std::size_t column = 0; column < b.panels * panel_width; column += Simd::lanes) {
    const std::size_t start = column / panel_width * b.stride + column % panel_width;
    const Vec share = Simd::load(b.share + column);
    for (std::size_t at = start; at < start + b.rows * panel_width; at += panel_width) {
      const Vec z = Simd::load(b.bend + at), bend = Simd::sub(Simd::load(b.value + at), z);
      Simd::store(b.bend + at, bend);
      Simd::store(b.value + at, Simd::fma(bend, share, z));
      if (b.slope) Simd::store(b.slope + at, Simd::fma(Simd::sub(Simd::load(b.slope + at), one), share, one));
    }
  }
}

void column_products(const float* a, const float* b, std::size_t stride, std::size_t rows, std::size_t panels,
                     float* out) {
  for (std::size_t column = 0; column < panels * panel_width; column += Simd::lanes) {
    const std::size_t start = column / panel_width * stride + column % panel_width;
    Vec sum = all(0.0f);
    for (std::size_t at = start; at < start + rows * panel_width; at += panel_width)
      sum = Simd::fma(Simd::load(a + at), Simd::load(b + at), sum);
    Simd::store(out + column, sum);
  }
}

/// The columns of the last panel that are in use.
struct LastPanel {
  explicit LastPanel(std::size_t columns) {
    const std::size_t used = (columns - 1) % panel_width + 1;
    for (std::size_t c = 0; c < panel_width; ++c) mask[c] = c < used ? 1.0f : 0.0f;
  }
  HONE_INLINE auto used(std::size_t lane) const { return Simd::less(all(0.0f), Simd::load(mask + lane)); }
  /// 0 where they are not; not by a product, which would leave -0 or NaN.
  HONE_INLINE Vec keep(Vec x, std::size_t lane) const { return Simd::select(used(lane), x, all(0.0f)); }
  alignas(64) float mask[panel_width];
};

void add_columns(const float* a, float* out, std::size_t stride, std::size_t rows, std::size_t columns) {
  const std::size_t panels = (columns + panel_width - 1) / panel_width;
  const LastPanel last(columns);
  for (std::size_t panel = 0; panel < panels; ++panel)
    for (std::size_t v = 0; v < panel_width; v += Simd::lanes) {
      const float* from = a + panel * stride + v;
      float* to = out + panel * stride + v;
      const auto used = panel + 1 < panels ? Simd::less(all(0.0f), all(1.0f)) : last.used(v);
      for (std::size_t r = 0; r < rows * panel_width; r += panel_width) {
        const Vec old = Simd::load(to + r);
        Simd::store(to + r, Simd::select(used, Simd::add(old, Simd::load(from + r)), old));
      }
    }
}

void mix_rows(float* a, std::size_t stride, std::size_t rows, std::size_t panels, float share) {
  const Vec own = all(share), other = all(1.0f - share);
  for (std::size_t panel = 0; panel < panels; ++panel)
    for (std::size_t r = 0; r < rows / 2; ++r)
      for (std::size_t v = 0; v < panel_width; v += Simd::lanes) {
        float* first = a + panel * stride + r * panel_width + v;
        float* second = a + panel * stride + (rows - 1 - r) * panel_width + v;
        const Vec x = Simd::load(first), y = Simd::load(second);
        Simd::store(first, Simd::fma(own, x, Simd::mul(other, y)));
        Simd::store(second, Simd::fma(own, y, Simd::mul(other, x)));
      }
}

/// Sum over the columns of one row of `term(panel, v, place)`, in panels' order and through the tree.
template <class Term>
HONE_INLINE float row_sum(std::size_t panels, std::size_t stride, std::size_t row, Term term) {
  Vec sums[vectors_per_panel];
  for (auto& sum : sums) sum = all(0.0f);
  for (std::size_t panel = 0; panel < panels; ++panel)
    for (std::size_t v = 0; v < vectors_per_panel; ++v) {
      const std::size_t lane = v * Simd::lanes;
      sums[v] = Simd::add(sums[v], term(panel, lane, panel * stride + row * panel_width + lane));
    }
  alignas(64) float lane[panel_width];
  for (std::size_t v = 0; v < vectors_per_panel; ++v) Simd::store(lane + v * Simd::lanes, sums[v]);
  return tree_sum(lane);
}

void layer_norm(const LayerNorm& n) {
  const std::size_t panels = (n.columns + panel_width - 1) / panel_width;
  const LastPanel last(n.columns);
  const float inverse_columns = 1.0f / static_cast<float>(n.columns);
  for (std::size_t r = 0; r < n.rows; ++r) {
    const float sum =
        row_sum(panels, n.stride, r, [&](std::size_t, std::size_t, std::size_t at) { return Simd::load(n.z + at); });
    const Vec mean = all(sum * inverse_columns);
    const auto centred = [&](std::size_t panel, std::size_t lane, std::size_t at) {
      const Vec off = Simd::sub(Simd::load(n.z + at), mean);
      return panel + 1 < panels ? off : last.keep(off, lane);
    };
    const float squares = row_sum(panels, n.stride, r, [&](std::size_t panel, std::size_t lane, std::size_t at) {
      const Vec off = centred(panel, lane, at);
      return Simd::mul(off, off);
    });
    const Vec deviation = Simd::sqrt(Simd::add(all(squares * inverse_columns), all(n.epsilon)));
    const Vec inverse = Simd::div(all(1.0f), deviation);
    for (std::size_t panel = 0; panel < panels; ++panel)
      for (std::size_t lane = 0; lane < panel_width; lane += Simd::lanes) {
        const std::size_t at = panel * n.stride + r * panel_width + lane, column = panel * panel_width + lane;
        const Vec normal = Simd::mul(centred(panel, lane, at), inverse);
        if (n.normalised) Simd::store(n.normalised + at, normal);
        Simd::store(n.z + at, Simd::fma(Simd::load(n.gamma + column), normal, Simd::load(n.beta + column)));
      }
    if (n.inverse_deviation) {
      alignas(64) float lanes[Simd::lanes];
      Simd::store(lanes, inverse);
      n.inverse_deviation[r] = lanes[0];
    }
  }
}

/// With x the normalised row and h = gamma * g: dL/dz = (h - mean(h) - x mean(h x)) / deviation.
void layer_norm_backward(const LayerNorm& n) {
  const std::size_t panels = (n.columns + panel_width - 1) / panel_width;
  const LastPanel last(n.columns);
  const float inverse_columns = 1.0f / static_cast<float>(n.columns);
  for (std::size_t column = 0; column < panels * panel_width; column += Simd::lanes) {
    const std::size_t start = column / panel_width * n.stride + column % panel_width;
    Vec of_beta = all(0.0f), of_gamma = all(0.0f);
    for (std::size_t r = 0; r < n.rows * panel_width; r += panel_width) {
      const Vec g = Simd::load(n.gradient + start + r);
      of_beta = Simd::add(of_beta, g);
      of_gamma = Simd::fma(g, Simd::load(n.normalised + start + r), of_gamma);
    }
    if (column / panel_width + 1 == panels) of_beta = last.keep(of_beta, column % panel_width);
    Simd::store(n.beta_gradient + column, of_beta);
    Simd::store(n.gamma_gradient + column, of_gamma);
  }
  for (std::size_t r = 0; r < n.rows; ++r) {
    const auto scaled = [&](std::size_t panel, std::size_t lane, std::size_t at) {
      return Simd::mul(Simd::load(n.gamma + panel * panel_width + lane), Simd::load(n.gradient + at));
    };
    const float sum = row_sum(panels, n.stride, r, scaled);
    const float product = row_sum(panels, n.stride, r, [&](std::size_t panel, std::size_t lane, std::size_t at) {
      return Simd::mul(scaled(panel, lane, at), Simd::load(n.normalised + at));
    });
    const Vec mean = all(sum * inverse_columns), mean_x = all(product * inverse_columns);
    const Vec inverse = all(n.inverse_deviation[r]);
    for (std::size_t panel = 0; panel < panels; ++panel)
      for (std::size_t lane = 0; lane < panel_width; lane += Simd::lanes) {
        const std::size_t at = panel * n.stride + r * panel_width + lane;
        const Vec centred = Simd::sub(scaled(panel, lane, at), mean);
        Vec g = Simd::mul(inverse, Simd::fnma(Simd::load(n.normalised + at), mean_x, centred));
        if (panel + 1 == panels) g = last.keep(g, lane);
        Simd::store(n.gradient + at, g);
      }
  }
}

/// sin(2 pi f) and cos(2 pi f) for f in [-1/2, 1/2]: reduced to a quarter turn around the nearest half, then series.
HONE_INLINE void turn(Vec f, Vec& sine, Vec& cosine) {
  // f = h / 2 + u with h in {-1, 0, 1} and |u| <= 1/4: both change sign when h is odd.
  const Vec round = all(12582912.0f);
  const Vec h = Simd::sub(Simd::add(Simd::add(f, f), round), round);
  const Vec u = Simd::fnma(all(0.5f), h, f), square = Simd::mul(u, u);
  // Taylor series of sin(2 pi u) / u and cos(2 pi u) in u^2; the terms left out are below 1e-7 at |u| = 1/4.
  constexpr float s[] = {6.28318531f, -41.3417022f, 81.6052493f, -76.7058598f, 42.0586940f, -15.0946426f, 3.81995258f};
  constexpr float c[] = {1.0f,        -19.7392088f, 64.9393940f, -85.4568172f,
                         60.2446414f, -26.4262568f, 7.90353642f, -1.71439071f};
  const Vec flip = Simd::select(Simd::less(all(0.5f), Simd::abs(h)), all(-1.0f), all(1.0f));
  sine = Simd::mul(flip, Simd::mul(u, polynomial(s, square)));
  cosine = Simd::mul(flip, polynomial(c, square));
}

void waves(const Waves& w) {
  const Vec round = all(12582912.0f);
  for (std::size_t t = 0; t < w.count; t += Simd::lanes) {
    const Vec frequency = Simd::load(w.frequency + t), phase = Simd::load(w.phase + t);
    const std::size_t start = t / panel_width * w.stride + t % panel_width;
    for (std::size_t r = 0; r < w.rows * panel_width; r += panel_width) {
      const Vec turns = Simd::fma(frequency, all(w.x[r]), phase);
      Vec sine, cosine;
      turn(Simd::sub(turns, Simd::sub(Simd::add(turns, round), round)), sine, cosine);
      Simd::store(w.out + start + r, cosine);
      if (w.slope) Simd::store(w.slope + start + r, Simd::mul(all(-6.28318531f), sine));
    }
  }
}

}  // namespace
}  // namespace hone
