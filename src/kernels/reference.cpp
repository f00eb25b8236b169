#include "kernels/reference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/rng.hpp"

namespace hone::reference {
namespace {

/// Where element (r, c) of a matrix in column panels stands.
std::size_t place(std::size_t stride, std::size_t r, std::size_t c) {
  return c / panel_width * stride + r * panel_width + c % panel_width;
}

float flush(float x) {
  return std::abs(x) < smallest_moment ? 0.0f : x;
}

}  // namespace

void multiply(const Product& p) {
  for (std::size_t r = 0; r < p.rows; ++r)
    for (std::size_t c = 0; c < p.panels * panel_width; ++c) {
      float sum = p.bias == nullptr ? 0.0f : p.bias[c];
      for (std::size_t k = 0; k < p.depth; ++k)
        sum = std::fma(p.a[place(p.a_stride, r, k)], p.b[place(p.b_stride, k, c)], sum);
      const std::size_t at = place(p.c_stride, r, c);
      p.c[at] = p.scale == nullptr ? sum : sum * p.scale[at];
    }
}

void multiply_transposed(const Product& p) {
  for (std::size_t r = 0; r < p.rows; ++r)
    for (std::size_t c = 0; c < p.panels * panel_width; ++c) {
      float sum = 0;
      for (std::size_t k = 0; k < p.depth; ++k)
        sum = std::fma(p.a[place(p.a_stride, k, r)], p.b[place(p.b_stride, k, c)], sum);
      p.c[place(p.c_stride, r, c)] = sum;
    }
}

void transpose(const float* a, std::size_t a_stride, std::size_t rows, std::size_t columns, float* b,
               std::size_t b_stride) {
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) b[place(b_stride, c, r)] = a[place(a_stride, r, c)];
}

void column_sums(const float* a, std::size_t stride, std::size_t rows, std::size_t panels, float* out) {
  for (std::size_t c = 0; c < panels * panel_width; ++c) {
    out[c] = 0;
    for (std::size_t r = 0; r < rows; ++r) out[c] += a[place(stride, r, c)];
  }
}

void gather_bytes(const Gather<std::uint8_t>& g) {
  for (std::size_t r = 0; r < g.rows; ++r)
    for (std::size_t c = 0; c < g.width; ++c)
      g.out[place(g.stride, r, c)] = std::fma(g.scale, static_cast<float>(g.source[g.order[r] * g.width + c]), g.shift);
}

void gather_floats(const Gather<float>& g) {
  for (std::size_t r = 0; r < g.rows; ++r)
    for (std::size_t c = 0; c < g.width; ++c) g.out[place(g.stride, r, c)] = g.source[g.order[r] * g.width + c];
}

void softmax(const Softmax& s) {
  const std::size_t columns = (s.classes + panel_width - 1) / panel_width * panel_width;
  for (std::size_t r = 0; r < s.rows; ++r) {
    float largest = -std::numeric_limits<float>::infinity();
    for (std::size_t c = 0; c < s.classes; ++c) largest = std::max(largest, s.logits[place(s.stride, r, c)]);
    std::array<float, panel_width> lane{};
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t at = place(s.stride, r, c);
      float e = s.logits[at] - largest;
      find_kernels("scalar")->exp(&e, &e, 1);
      s.probabilities[at] = c < s.classes ? e : 0.0f;
      lane[c % panel_width] += s.probabilities[at];
    }
    for (std::size_t half = panel_width / 2; half > 0; half /= 2)
      for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
    const float inverse = 1.0f / lane[0];
    for (std::size_t c = 0; c < columns; ++c) s.probabilities[place(s.stride, r, c)] *= inverse;
    s.largest[r] = largest;
    s.sum[r] = lane[0];
  }
}

void piecewise(const Piecewise& p) {
  for (std::size_t r = 0; r < p.rows; ++r)
    for (std::size_t t = 0; t < p.bins; ++t) {
      const float inside = (p.x[r * panel_width] - p.low[t]) * p.inverse_width[t];
      p.out[place(p.stride, r, t)] = std::min(std::max(inside, 0.0f), 1.0f);
    }
}

void dropout(const Dropout& d) {
  for (std::size_t c = 0; c < d.panels * panel_width; ++c)
    for (std::size_t r = 0; r < d.rows; ++r) {
      const auto index = static_cast<std::uint32_t>((c / panel_width * d.row_blocks + r) * 2 + c % panel_width / 8);
      const auto block =
          Rng::philox({d.first_block + index, d.counter[0], d.counter[1], d.counter[2]}, {d.key[0], d.key[1]});
      const std::uint32_t word = block[c % 8 / 2], bits = c % 2 == 0 ? word & 0xffffu : word >> 16;
      const float factor = bits < d.threshold ? 0.0f : d.scale;
      d.value[place(d.stride, r, c)] *= factor;
      d.slope[place(d.stride, r, c)] *= factor;
      if (d.bend) d.bend[place(d.stride, r, c)] *= factor;
    }
}

void norm_train(const BatchNorm& n) {
  const float rows = static_cast<float>(n.rows), inverse_rows = 1.0f / rows;
  for (std::size_t c = 0; c < n.panels * panel_width; ++c) {
    float mean = 0, variance = 0;
    for (std::size_t r = 0; r < n.rows; ++r) mean += n.z[place(n.stride, r, c)];
    mean *= inverse_rows;
    for (std::size_t r = 0; r < n.rows; ++r) {
      const float off = n.z[place(n.stride, r, c)] - mean;
      variance = std::fma(off, off, variance);
    }
    variance *= inverse_rows;
    n.mean[c] = mean;
    n.inverse_deviation[c] = 1.0f / std::sqrt(variance + n.epsilon);
    for (std::size_t r = 0; r < n.rows; ++r) {
      const std::size_t at = place(n.stride, r, c);
      n.normalised[at] = (n.z[at] - mean) * n.inverse_deviation[c];
      n.z[at] = std::fma(n.gamma[c], n.normalised[at], n.beta[c]);
    }
    const float unbiased = variance * (n.rows > 1 ? rows / (rows - 1) : 1.0f);
    n.running_mean[c] = std::fma(n.momentum, mean - n.running_mean[c], n.running_mean[c]);
    n.running_variance[c] = std::fma(n.momentum, unbiased - n.running_variance[c], n.running_variance[c]);
  }
}

void norm_predict(const BatchNorm& n) {
  for (std::size_t c = 0; c < n.panels * panel_width; ++c) {
    const float factor = n.gamma[c] / std::sqrt(n.running_variance[c] + n.epsilon);
    for (std::size_t r = 0; r < n.rows; ++r) {
      float& z = n.z[place(n.stride, r, c)];
      z = std::fma(factor, z - n.running_mean[c], n.beta[c]);
    }
  }
}

/// With x the normalised input: dL/dz = gamma / deviation * (g - mean(g) - x mean(g x)) (Ioffe, Szegedy 2015).
void norm_backward(const BatchNorm& n) {
  const float inverse_rows = 1.0f / static_cast<float>(n.rows);
  for (std::size_t c = 0; c < n.panels * panel_width; ++c) {
    float sum = 0, product = 0;
    for (std::size_t r = 0; r < n.rows; ++r) {
      const std::size_t at = place(n.stride, r, c);
      sum += n.gradient[at];
      product = std::fma(n.gradient[at], n.normalised[at], product);
    }
    n.beta_gradient[c] = sum;
    n.gamma_gradient[c] = product;
    const float factor = n.gamma[c] * n.inverse_deviation[c];
    for (std::size_t r = 0; r < n.rows; ++r) {
      const std::size_t at = place(n.stride, r, c);
      const float centred = n.gradient[at] - sum * inverse_rows;
      n.gradient[at] = factor * std::fma(-n.normalised[at], product * inverse_rows, centred);
    }
  }
}

void update(UpdateKernel kind, const Update& u) {
  for (std::size_t i = 0; i < u.count; ++i) {
    const bool plain =
        u.gradient_scale == 1 && u.decay == 0 && u.keep == 1;  // then -0 and infinities stay what they are
    const float g = plain ? u.g[i] : std::fma(u.decay, u.w[i], u.gradient_scale * u.g[i]);
    const float w = u.keep * u.w[i];
    switch (kind) {
      case UpdateKernel::sgd:
        u.w[i] = std::fma(-u.rate, g, w);
        break;
      case UpdateKernel::momentum:
        u.m[i] = flush(std::fma(u.momentum, u.m[i], g));
        u.w[i] = std::fma(-u.rate, u.m[i], w);
        break;
      case UpdateKernel::nesterov:
        u.m[i] = flush(std::fma(u.momentum, u.m[i], g));
        u.w[i] = std::fma(-u.rate, std::fma(u.momentum, u.m[i], g), w);
        break;
      case UpdateKernel::rmsprop:
        u.v[i] = flush(std::fma(u.one_minus_beta2, std::fma(g, g, -u.v[i]), u.v[i]));
        u.w[i] = std::fma(-u.rate, g / std::fma(std::sqrt(u.v[i]), u.root_correction, u.epsilon), w);
        break;
      case UpdateKernel::adam:
        u.v[i] = flush(std::fma(u.one_minus_beta2, std::fma(g, g, -u.v[i]), u.v[i]));
        u.m[i] = flush(std::fma(u.one_minus_beta1, g - u.m[i], u.m[i]));
        u.w[i] = std::fma(-u.rate, u.m[i] / std::fma(std::sqrt(u.v[i]), u.root_correction, u.epsilon), w);
        break;
    }
  }
}

}  // namespace hone::reference
