/// Softmax, batch normalisation and dropout. Sums over rows run in order; sums over columns use one fixed 16-lane tree.
/// Internal linkage.
#pragma once
#include "kernels/body_math.hpp"

namespace hone {
namespace {

/// ((s0 + s8) + (s4 + s12)) + ...: halves folded onto halves.
HONE_INLINE float tree_sum(float (&s)[panel_width]) {
  for (std::size_t half = panel_width / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) s[i] += s[i + half];
  return s[0];
}

/// One row of any number of classes.
void softmax_row(const Softmax& s, std::size_t r, const float* limit) {
  const std::size_t panels = (s.classes + panel_width - 1) / panel_width;
  const float* z = s.logits + r * panel_width;
  float* p = s.probabilities + r * panel_width;
  alignas(64) float lane[panel_width];
  float largest = -__builtin_inff();
  for (std::size_t panel = 0; panel < panels; ++panel) {
    const std::size_t end = panel + 1 < panels ? panel_width : s.classes - panel * panel_width;
    for (std::size_t c = 0; c < end; ++c) {
      const float x = z[panel * s.stride + c];
      largest = x > largest ? x : largest;
    }
  }
  Vec sums[vectors_per_panel];
  for (auto& sum : sums) sum = all(0.0f);
  for (std::size_t panel = 0; panel < panels; ++panel)
    for (std::size_t v = 0; v < vectors_per_panel; ++v) {
      const std::size_t at = panel * s.stride + v * Simd::lanes;
      Vec e = exp_of(Simd::sub(Simd::load(z + at), all(largest)));
      if (panel + 1 == panels)  // padding becomes 0; NaN stays
        e = Simd::max(all(0.0f), Simd::min(Simd::load(limit + v * Simd::lanes), e));
      sums[v] = Simd::add(sums[v], e);
      Simd::store(p + at, e);
    }
  for (std::size_t v = 0; v < vectors_per_panel; ++v) Simd::store(lane + v * Simd::lanes, sums[v]);
  const float sum = tree_sum(lane);
  const Vec inverse = all(1.0f / sum);
  for (std::size_t panel = 0; panel < panels; ++panel)
    for (std::size_t v = 0; v < vectors_per_panel; ++v) {
      const std::size_t at = panel * s.stride + v * Simd::lanes;
      Simd::store(p + at, Simd::mul(Simd::load(p + at), inverse));
    }
  s.largest[r] = largest;
  s.sum[r] = sum;
}

/// Sixteen rows at once of at most 16 classes, lanes over rows: `z` is their block of the panel, changed in place. The
/// sum takes the same tree as in softmax_row.
HONE_INLINE void softmax_block(float* z, std::size_t classes, float* largest_of_row, float* sum_of_row) {
  alignas(64) float mirrored[panel_width * panel_width];
  Simd::transpose_block(z, mirrored);
  for (std::size_t v = 0; v < panel_width; v += Simd::lanes) {
    float* column = mirrored + v;  // a class every 16 floats
    Vec largest = all(-__builtin_inff());
    for (std::size_t c = 0; c < classes; ++c) {
      const Vec x = Simd::load(column + c * panel_width);
      largest = Simd::select(Simd::less(largest, x), x, largest);
    }
    Vec e[panel_width];
    for (std::size_t c = 0; c < panel_width; ++c)
      e[c] = c < classes ? exp_of(Simd::sub(Simd::load(column + c * panel_width), largest)) : all(0.0f);
    for (std::size_t c = 0; c < panel_width; ++c) Simd::store(column + c * panel_width, e[c]);
    for (std::size_t half = panel_width / 2; half > 0; half /= 2)
      for (std::size_t c = 0; c < half; ++c) e[c] = Simd::add(e[c], e[c + half]);
    const Vec inverse = Simd::div(all(1.0f), e[0]);
    for (std::size_t c = 0; c < panel_width; ++c)
      Simd::store(column + c * panel_width, Simd::mul(Simd::load(column + c * panel_width), inverse));
    Simd::store(largest_of_row + v, largest);
    Simd::store(sum_of_row + v, e[0]);
  }
  Simd::transpose_block(mirrored, z);
}

/// At most 16 classes: blocks of 16 rows, the last one in a copy.
void softmax_narrow(const Softmax& s) {
  alignas(64) float block[panel_width * panel_width] = {}, largest[panel_width], sum[panel_width];
  for (std::size_t r = 0; r < s.rows; r += panel_width) {
    const std::size_t rows = s.rows - r < panel_width ? s.rows - r : panel_width;
    for (std::size_t i = 0; i < rows * panel_width; i += Simd::lanes)
      Simd::store(block + i, Simd::load(s.logits + r * panel_width + i));
    softmax_block(block, s.classes, largest, sum);
    for (std::size_t i = 0; i < rows * panel_width; i += Simd::lanes)
      Simd::store(s.probabilities + r * panel_width + i, Simd::load(block + i));
    for (std::size_t i = 0; i < rows; ++i) {
      s.largest[r + i] = largest[i];
      s.sum[r + i] = sum[i];
    }
  }
}

void softmax(const Softmax& s) {
  if (s.classes <= panel_width) {
    softmax_narrow(s);
    return;
  }
  const std::size_t panels = (s.classes + panel_width - 1) / panel_width;
  const float infinity = __builtin_inff();
  alignas(64) float limit[panel_width];
  for (std::size_t c = 0; c < panel_width; ++c)  // of the last panel
    limit[c] = (panels - 1) * panel_width + c < s.classes ? infinity : -infinity;
  for (std::size_t r = 0; r < s.rows; ++r) softmax_row(s, r, limit);
}

void piecewise(const Piecewise& p) {
  const Vec zero = all(0.0f), one = all(1.0f);
  for (std::size_t bin = 0; bin < p.bins; bin += Simd::lanes) {
    const Vec low = Simd::load(p.low + bin), inverse = Simd::load(p.inverse_width + bin);
    float* out = p.out + bin / panel_width * p.stride + bin % panel_width;
    for (std::size_t r = 0; r < p.rows; ++r, out += panel_width) {
      const Vec inside = Simd::mul(Simd::sub(all(p.x[r * panel_width]), low), inverse);
      Simd::store(out, Simd::min(one, Simd::max(zero, inside)));
    }
  }
}

void norm_train(const BatchNorm& n) {
  const float rows = static_cast<float>(n.rows), unbias = n.rows > 1 ? rows / (rows - 1.0f) : 1.0f;
  const Vec inverse_rows = all(1.0f / rows), momentum = all(n.momentum);
  for (std::size_t column = 0; column < n.panels * panel_width; column += Simd::lanes) {
    const std::size_t start = column / panel_width * n.stride + column % panel_width;
    const float* from = n.z + start;
    Vec mean = all(0.0f), variance = all(0.0f);
    for (std::size_t r = 0; r < n.rows; ++r) mean = Simd::add(mean, Simd::load(from + r * panel_width));
    mean = Simd::mul(mean, inverse_rows);
    for (std::size_t r = 0; r < n.rows; ++r) {
      const Vec off = Simd::sub(Simd::load(from + r * panel_width), mean);
      variance = Simd::fma(off, off, variance);
    }
    variance = Simd::mul(variance, inverse_rows);
    const Vec inverse = Simd::div(all(1.0f), Simd::sqrt(Simd::add(variance, all(n.epsilon))));
    const Vec gamma = Simd::load(n.gamma + column), beta = Simd::load(n.beta + column);
    for (std::size_t r = 0; r < n.rows; ++r) {
      const std::size_t at = start + r * panel_width;
      const Vec normal = Simd::mul(Simd::sub(Simd::load(n.z + at), mean), inverse);
      Simd::store(n.normalised + at, normal);
      Simd::store(n.z + at, Simd::fma(gamma, normal, beta));
    }
    Simd::store(n.mean + column, mean);
    Simd::store(n.inverse_deviation + column, inverse);
    const Vec old_mean = Simd::load(n.running_mean + column), old_variance = Simd::load(n.running_variance + column);
    Simd::store(n.running_mean + column, Simd::fma(momentum, Simd::sub(mean, old_mean), old_mean));
    const Vec unbiased = Simd::mul(variance, all(unbias));
    Simd::store(n.running_variance + column, Simd::fma(momentum, Simd::sub(unbiased, old_variance), old_variance));
  }
}

void norm_predict(const BatchNorm& n) {
  for (std::size_t column = 0; column < n.panels * panel_width; column += Simd::lanes) {
    const std::size_t start = column / panel_width * n.stride + column % panel_width;
    const Vec root = Simd::sqrt(Simd::add(Simd::load(n.running_variance + column), all(n.epsilon)));
    const Vec factor = Simd::div(Simd::load(n.gamma + column), root);
    const Vec mean = Simd::load(n.running_mean + column), beta = Simd::load(n.beta + column);
    for (std::size_t r = 0; r < n.rows; ++r) {
      float* z = n.z + start + r * panel_width;
      Simd::store(z, Simd::fma(factor, Simd::sub(Simd::load(z), mean), beta));
    }
  }
}

void norm_backward(const BatchNorm& n) {
  const Vec inverse_rows = all(1.0f / static_cast<float>(n.rows));
  for (std::size_t column = 0; column < n.panels * panel_width; column += Simd::lanes) {
    const std::size_t start = column / panel_width * n.stride + column % panel_width;
    Vec beta_gradient = all(0.0f), gamma_gradient = all(0.0f);
    for (std::size_t r = 0; r < n.rows; ++r) {
      const std::size_t at = start + r * panel_width;
      const Vec g = Simd::load(n.gradient + at);
      beta_gradient = Simd::add(beta_gradient, g);
      gamma_gradient = Simd::fma(g, Simd::load(n.normalised + at), gamma_gradient);
    }
    Simd::store(n.beta_gradient + column, beta_gradient);
    Simd::store(n.gamma_gradient + column, gamma_gradient);
    const Vec mean_g = Simd::mul(beta_gradient, inverse_rows), mean_gx = Simd::mul(gamma_gradient, inverse_rows);
    const Vec factor = Simd::mul(Simd::load(n.gamma + column), Simd::load(n.inverse_deviation + column));
    for (std::size_t r = 0; r < n.rows; ++r) {
      const std::size_t at = start + r * panel_width;
      const Vec centred = Simd::sub(Simd::load(n.gradient + at), mean_g);
      Simd::store(n.gradient + at, Simd::mul(factor, Simd::fnma(Simd::load(n.normalised + at), mean_gx, centred)));
    }
  }
}

/// Integer work in plain loops over 16 blocks of Philox (8 rows): the compiler turns them into vectors, the bits are
/// those of Rng::philox in base/rng.hpp.
void dropout(const Dropout& d) {
  constexpr std::size_t together = 16, rows_together = together / 2;
  for (std::size_t panel = 0; panel < d.panels; ++panel)
    for (std::size_t row = 0; row < d.rows; row += rows_together) {
      alignas(64) std::uint32_t c[4][together];
      alignas(64) float factor[together * 8];
      for (std::size_t j = 0; j < together; ++j) {
        c[0][j] = d.first_block + static_cast<std::uint32_t>((panel * d.row_blocks + row) * 2 + j);
        for (std::size_t i = 0; i < 3; ++i) c[i + 1][j] = d.counter[i];
      }
      std::uint32_t k0 = d.key[0], k1 = d.key[1];
      for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
        for (std::size_t j = 0; j < together; ++j) {
          const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0][j], p1 = std::uint64_t{0xCD9E8D57u} * c[2][j];
          c[0][j] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1][j] ^ k0;
          c[2][j] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3][j] ^ k1;
          c[1][j] = static_cast<std::uint32_t>(p1);
          c[3][j] = static_cast<std::uint32_t>(p0);
        }
      for (std::size_t j = 0; j < together; ++j)
        for (std::size_t i = 0; i < 4; ++i) {
          factor[j * 8 + i * 2] = (c[i][j] & 0xffffu) < d.threshold ? 0.0f : d.scale;
          factor[j * 8 + i * 2 + 1] = (c[i][j] >> 16) < d.threshold ? 0.0f : d.scale;
        }
      const std::size_t left = d.rows - row < rows_together ? d.rows - row : rows_together;
      const std::size_t start = panel * d.stride + row * panel_width;
      for (std::size_t i = 0; i < left * panel_width; i += Simd::lanes) {
        const Vec f = Simd::load(factor + i);
        Simd::store(d.value + start + i, Simd::mul(f, Simd::load(d.value + start + i)));
        Simd::store(d.slope + start + i, Simd::mul(f, Simd::load(d.slope + start + i)));
        if (d.bend) Simd::store(d.bend + start + i, Simd::mul(f, Simd::load(d.bend + start + i)));
      }
    }
}

}  // namespace
}  // namespace hone
