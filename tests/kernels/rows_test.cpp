// Layer norm, members' factors, shortcuts, mixup: every instruction set gives the bits of the plain reference. Waves:
// equal bits, near the cosine of the C library.
#include <algorithm>

#include "kernels/reference.hpp"
#include "support.hpp"

namespace hone::test {
namespace {

struct Reference {
  void (*layer_norm)(const LayerNorm&) = reference::layer_norm;
  void (*layer_norm_backward)(const LayerNorm&) = reference::layer_norm_backward;
  void (*affine_columns)(const AffineColumns&) = reference::affine_columns;
  void (*affine_gradients)(const AffineGradients&) = reference::affine_gradients;
  void (*blend)(const Blend&) = reference::blend;
  void (*column_products)(const float*, const float*, std::size_t, std::size_t, std::size_t,
                          float*) = reference::column_products;
};

/// Random in the first `columns` columns of each row, 0 in the padding.
std::vector<float> matrix(Rng& rng, std::size_t rows, std::size_t columns, std::size_t stride) {
  std::vector<float> m(panels_of(columns) * stride, 0.0f);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      m[c / panel_width * stride + r * panel_width + c % panel_width] = static_cast<float>(rng.uniform() * 4 - 2);
  return m;
}
std::vector<float> row(Rng& rng, std::size_t columns) {
  return matrix(rng, 1, columns, panel_width);
}

/// Everything that forward and backward of layer norm write.
template <class Table>
std::vector<std::vector<float>> normalise(const Table& k, std::size_t rows, std::size_t columns, Rng rng) {
  const std::size_t stride = (rows + 1) * panel_width;
  auto z = matrix(rng, rows, columns, stride), gradient = matrix(rng, rows, columns, stride);
  const auto gamma = row(rng, columns), beta = row(rng, columns);
  std::vector<float> normalised(z.size(), 0.0f), inverse(rows), of_gamma(gamma.size()), of_beta(beta.size());
  const LayerNorm n{z.data(),     stride,      rows,  columns,         normalised.data(), inverse.data(),
                    gamma.data(), beta.data(), 1e-5f, gradient.data(), of_gamma.data(),   of_beta.data()};
  k.layer_norm(n);
  k.layer_norm_backward(n);
  return {z, normalised, inverse, gradient, of_gamma, of_beta};
}

TEST(LayerNormKernel, GivesTheBitsOfTheReference) {
  Rng rng(1, RngPurpose::simulation, 20);
  for (const std::size_t columns : {1, 2, 15, 16, 17, 40})
    for (const std::size_t rows : {1, 5, 16}) {
      const auto expected = normalise(Reference{}, rows, columns, rng);
      for (const Kernels* k : available_kernels()) {
        const auto found = normalise(*k, rows, columns, rng);
        for (std::size_t i = 0; i < found.size(); ++i)
          EXPECT_TRUE(same_bits(found[i], expected[i])) << k->name << " " << columns << " output " << i;
      }
      rng.next();
    }
}

TEST(LayerNormKernel, PredictsWithoutKeepingAnything) {
  Rng rng(2, RngPurpose::simulation, 20);
  const auto z = matrix(rng, 3, 20, 64), gamma = row(rng, 20), beta = row(rng, 20);
  for (const Kernels* k : available_kernels()) {
    auto kept = z, forgotten = z;
    std::vector<float> normalised(z.size()), inverse(3);
    LayerNorm n{kept.data(),  64,          3,     20,      normalised.data(), inverse.data(),
                gamma.data(), beta.data(), 1e-5f, nullptr, nullptr,           nullptr};
    k->layer_norm(n);
    n.z = forgotten.data();
    n.normalised = n.inverse_deviation = nullptr;
    k->layer_norm(n);
    EXPECT_TRUE(same_bits(kept, forgotten)) << k->name;
  }
}

template <class Table>
std::vector<std::vector<float>> scale(const Table& k, std::size_t rows, std::size_t columns, bool shifted, Rng rng) {
  const std::size_t stride = rows * panel_width, wide = (rows + 3) * panel_width;
  const auto a = matrix(rng, rows, columns, stride), factor = row(rng, columns), shift = row(rng, columns);
  auto gradient = matrix(rng, rows, columns, wide);
  std::vector<float> out(panels_of(columns) * wide), of_factor(factor.size()), of_shift(factor.size());
  k.affine_columns(
      {a.data(), stride, rows, panels_of(columns), factor.data(), shifted ? shift.data() : nullptr, out.data(), wide});
  k.affine_gradients({a.data(), stride, rows, panels_of(columns), factor.data(), gradient.data(), wide,
                      of_factor.data(), shifted ? of_shift.data() : nullptr});
  return {out, gradient, of_factor, of_shift};
}

TEST(AffineKernels, GiveTheBitsOfTheReference) {
  Rng rng(3, RngPurpose::simulation, 20);
  for (const std::size_t columns : {3, 16, 33})
    for (const std::size_t rows : {1, 7})
      for (const bool shifted : {false, true}) {
        const auto expected = scale(Reference{}, rows, columns, shifted, rng);
        for (const Kernels* k : available_kernels()) EXPECT_EQ(scale(*k, rows, columns, shifted, rng), expected);
        rng.next();
      }
}

/// Value, slope, bend and the gradient of the shares.
template <class Table>
std::vector<std::vector<float>> blend(const Table& k, std::size_t rows, std::size_t columns, bool sloped, Rng rng) {
  const std::size_t stride = (rows + 1) * panel_width, panels = panels_of(columns);
  auto value = matrix(rng, rows, columns, stride), slope = matrix(rng, rows, columns, stride);
  auto bend = matrix(rng, rows, columns, stride);
  const auto share = row(rng, columns), gradient = matrix(rng, rows, columns, stride);
  std::vector<float> of_share(share.size());
  k.blend({value.data(), sloped ? slope.data() : nullptr, bend.data(), stride, rows, panels, share.data()});
  k.column_products(gradient.data(), bend.data(), stride, rows, panels, of_share.data());
  return {value, slope, bend, of_share};
}

TEST(BlendKernels, GiveTheBitsOfTheReference) {
  Rng rng(6, RngPurpose::simulation, 20);
  for (const std::size_t columns : {3, 16, 33})
    for (const std::size_t rows : {1, 7})
      for (const bool sloped : {false, true}) {
        const auto expected = blend(Reference{}, rows, columns, sloped, rng);
        for (const Kernels* k : available_kernels())
          for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_TRUE(same_bits(blend(*k, rows, columns, sloped, rng)[i], expected[i])) << k->name << " output " << i;
        rng.next();
      }
}

TEST(AddColumns, LeavesTheOtherColumnsAlone) {
  Rng rng(4, RngPurpose::simulation, 20);
  for (const std::size_t columns : {1, 15, 16, 20, 32}) {
    const std::size_t stride = 6 * panel_width;
    const auto a = random_floats(rng, 2 * stride), b = random_floats(rng, 2 * stride);
    auto expected = b;
    reference::add_columns(a.data(), expected.data(), stride, 5, columns);
    for (const Kernels* k : available_kernels()) {
      auto out = b;
      k->add_columns(a.data(), out.data(), stride, 5, columns);
      EXPECT_TRUE(same_bits(out, expected)) << k->name << " " << columns;
    }
  }
}

TEST(MixRows, GivesTheBitsOfTheReferenceAndIsItsOwnTranspose) {
  Rng rng(5, RngPurpose::simulation, 20);
  for (const std::size_t rows : {1, 2, 5, 8}) {
    const std::size_t stride = (rows + 1) * panel_width;
    const auto x = random_floats(rng, 2 * stride), y = random_floats(rng, 2 * stride);
    auto expected = x;
    reference::mix_rows(expected.data(), stride, rows, 2, 0.8f);
    for (const Kernels* k : available_kernels()) {
      auto mixed_x = x, mixed_y = y;
      k->mix_rows(mixed_x.data(), stride, rows, 2, 0.8f);
      EXPECT_TRUE(same_bits(mixed_x, expected)) << k->name << " " << rows;
      k->mix_rows(mixed_y.data(), stride, rows, 2, 0.8f);
      double forward = 0, backward = 0;  // (M x) y = x (M y)
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (i % stride >= rows * panel_width) continue;
        forward += static_cast<double>(mixed_x[i]) * static_cast<double>(y[i]);
        backward += static_cast<double>(x[i]) * static_cast<double>(mixed_y[i]);
      }
      EXPECT_NEAR(forward, backward, 1e-4);
    }
  }
}

TEST(Waves, AreTheCosineAndItsSlope) {
  Rng rng(6, RngPurpose::simulation, 20);
  constexpr std::size_t rows = 200, count = 32, stride = rows * panel_width;
  const auto x = random_floats(rng, rows * panel_width, -4, 4);
  const auto frequency = random_floats(rng, count, -3, 3), phase = random_floats(rng, count, -0.5, 0.5);
  std::vector<float> expected, expected_slope;
  for (const Kernels* k : available_kernels()) {
    std::vector<float> out(count / panel_width * stride), slope(out.size()), alone(out.size());
    k->waves({x.data(), rows, count, frequency.data(), phase.data(), out.data(), slope.data(), stride});
    k->waves({x.data(), rows, count, frequency.data(), phase.data(), alone.data(), nullptr, stride});
    EXPECT_TRUE(same_bits(out, alone)) << k->name;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t t = 0; t < count; ++t) {
        const double angle = 2 * M_PI * static_cast<double>(std::fma(frequency[t], x[r * panel_width], phase[t]));
        const std::size_t at = t / panel_width * stride + r * panel_width + t % panel_width;
        EXPECT_NEAR(out[at], std::cos(angle), 3e-7) << k->name << " " << angle;
        EXPECT_NEAR(slope[at], -2 * M_PI * std::sin(angle), 2e-6) << k->name << " " << angle;
      }
    if (expected.empty()) expected = out, expected_slope = slope;
    EXPECT_TRUE(same_bits(out, expected) && same_bits(slope, expected_slope)) << k->name;
  }
}

}  // namespace
}  // namespace hone::test
