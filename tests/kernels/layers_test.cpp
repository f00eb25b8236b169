// Softmax, batch normalisation and dropout: every instruction set gives the bits of the plain reference.
#include "kernels/reference.hpp"
#include "support.hpp"

namespace hone::test {
namespace {

TEST(Piecewise, GivesTheBitsOfTheReference) {
  Rng rng(8, RngPurpose::simulation, 2);
  for (const std::size_t bins : {16, 48})
    for (const std::size_t rows : {1, 7, 16, 33}) {
      const std::size_t stride = (rows + 2) * panel_width;
      auto x = random_floats(rng, rows * panel_width);
      x[0] = -INFINITY;
      const auto low = random_floats(rng, bins), inverse_width = random_floats(rng, bins, 0, 5);
      const auto run = [&](void (*piecewise)(const Piecewise&)) {
        std::vector<float> out(bins / panel_width * stride, 7.0f);
        piecewise({x.data(), rows, bins, low.data(), inverse_width.data(), out.data(), stride});
        return out;
      };
      const auto expected = run(reference::piecewise);
      for (const Kernels* k : available_kernels()) EXPECT_TRUE(same_bits(run(k->piecewise), expected)) << k->name;
    }
}

TEST(SoftmaxKernel, GivesTheBitsOfTheReferenceAndSumsToOne) {
  Rng rng(1, RngPurpose::simulation, 3);
  for (const std::size_t classes : {2u, 3u, 10u, 15u, 16u, 17u, 40u})
    for (const std::size_t rows : {1u, 5u, 32u}) {
      const std::size_t stride = (rows + 1) * panel_width, size = panels_of(classes) * stride;
      const auto logits = random_floats(rng, size, -30, 30);
      std::vector<float> expected(size, 3.0f), expected_largest(rows), expected_sum(rows);
      reference::softmax(
          {logits.data(), expected.data(), stride, rows, classes, expected_largest.data(), expected_sum.data()});
      for (const Kernels* k : available_kernels()) {
        std::vector<float> p(size, 3.0f), largest(rows), sum(rows);
        k->softmax({logits.data(), p.data(), stride, rows, classes, largest.data(), sum.data()});
        EXPECT_TRUE(same_bits(p, expected)) << k->name << " " << classes;
        EXPECT_TRUE(same_bits(largest, expected_largest)) << k->name;
        EXPECT_TRUE(same_bits(sum, expected_sum)) << k->name;
        for (std::size_t r = 0; r < rows; ++r) {
          double total = 0;
          for (std::size_t c = 0; c < panels_of(classes) * panel_width; ++c)
            total += p[c / panel_width * stride + r * panel_width + c % panel_width];
          EXPECT_NEAR(total, 1, 1e-5);
        }
      }
    }
}

TEST(SoftmaxKernel, ShowsWhatIsNotFinite) {
  for (const Kernels* k : available_kernels())
    for (const float bad : {NAN, INFINITY}) {
      std::vector<float> z(panel_width, 1.0f), p(panel_width), largest(1), sum(1);
      z[2] = bad;
      k->softmax({z.data(), p.data(), panel_width, 1, 5, largest.data(), sum.data()});
      EXPECT_TRUE(std::isnan(sum[0])) << k->name << " " << bad;
    }
}

struct NormCase {
  std::size_t rows, panels, stride;
  std::vector<float> z, normalised, gamma, beta, mean, inverse, running_mean, running_variance, gradient,
      gamma_gradient, beta_gradient;

  NormCase(std::size_t r, std::size_t p, Rng& rng) : rows(r), panels(p), stride((r + 1) * panel_width) {
    z = random_floats(rng, panels * stride, -3, 5);
    gradient = random_floats(rng, panels * stride);
    normalised.resize(panels * stride);
    for (auto* column : {&gamma, &beta, &running_mean, &running_variance})
      *column = random_floats(rng, panels * panel_width, 0.1, 2);
    for (auto* column : {&mean, &inverse, &gamma_gradient, &beta_gradient}) column->resize(panels * panel_width);
  }
  BatchNorm args() {
    return {stride,
            rows,
            panels,
            z.data(),
            normalised.data(),
            gamma.data(),
            beta.data(),
            mean.data(),
            inverse.data(),
            running_mean.data(),
            running_variance.data(),
            0.1f,
            1e-5f,
            gradient.data(),
            gamma_gradient.data(),
            beta_gradient.data()};
  }
  std::vector<float> all() const {
    std::vector<float> joined;
    for (const auto* part : {&z, &normalised, &mean, &inverse, &running_mean, &running_variance, &gradient,
                             &gamma_gradient, &beta_gradient})
      joined.insert(joined.end(), part->begin(), part->end());
    return joined;
  }
};

TEST(BatchNormKernel, GivesTheBitsOfTheReference) {
  Rng rng(2, RngPurpose::simulation, 3);
  for (const std::size_t rows : {2u, 3u, 16u, 41u}) {
    const NormCase start(rows, 3, rng);
    auto expected = start;
    reference::norm_train(expected.args());
    reference::norm_backward(expected.args());
    auto expected_predict = start;
    reference::norm_predict(expected_predict.args());
    for (const Kernels* k : available_kernels()) {
      auto found = start;
      k->norm_train(found.args());
      k->norm_backward(found.args());
      EXPECT_TRUE(same_bits(found.all(), expected.all())) << k->name << " " << rows;
      auto predicted = start;
      k->norm_predict(predicted.args());
      EXPECT_TRUE(same_bits(predicted.all(), expected_predict.all())) << k->name << " " << rows;
    }
  }
}

TEST(BatchNormKernel, NormalisesAndTracks) {
  Rng rng(3, RngPurpose::simulation, 3);
  NormCase c(50, 1, rng);
  const auto z = c.z;
  const float old_variance = c.running_variance[4];
  kernels().norm_train(c.args());
  double mean = 0, variance = 0;
  for (std::size_t r = 0; r < 50; ++r) mean += z[r * panel_width + 4] / 50.0;
  for (std::size_t r = 0; r < 50; ++r) variance += std::pow(z[r * panel_width + 4] - mean, 2) / 50.0;
  EXPECT_NEAR(c.mean[4], mean, 1e-5);
  EXPECT_NEAR(c.normalised[4], (z[4] - mean) / std::sqrt(variance + 1e-5), 1e-5);
  EXPECT_NEAR(c.running_variance[4], 0.9 * old_variance + 0.1 * variance * 50 / 49, 1e-5);
}

TEST(DropoutKernel, GivesTheBitsOfTheReference) {
  Rng rng(4, RngPurpose::simulation, 3);
  for (const std::size_t rows : {1u, 7u, 8u, 33u}) {
    const std::size_t stride = (rows + 2) * panel_width, panels = 3;
    const auto value = random_floats(rng, panels * stride), slope = random_floats(rng, panels * stride);
    const auto bend = random_floats(rng, panels * stride);
    const auto run = [&](void (*dropout)(const Dropout&), bool bent) {
      auto v = value, s = slope, b = bend;
      dropout({v.data(),
               s.data(),
               stride,
               rows,
               panels,
               40,
               13000,
               1.25f,
               {123, 456},
               77,
               {5, 6, 3},
               bent ? b.data() : nullptr});
      v.insert(v.end(), s.begin(), s.end());
      v.insert(v.end(), b.begin(), b.end());
      return v;
    };
    for (const Kernels* k : available_kernels())
      for (const bool bent : {false, true})
        EXPECT_TRUE(same_bits(run(k->dropout, bent), run(reference::dropout, bent))) << k->name << " " << rows;
  }
}

TEST(DropoutKernel, DropsTheShareAskedForIndependentlyOfTheBatch) {
  const std::size_t rows = 400, panels = 4, stride = rows * panel_width;
  const auto dropped = [&](std::size_t used) {
    std::vector<float> v(panels * stride, 1.0f), s(panels * stride, 1.0f);
    kernels().dropout({v.data(), s.data(), stride, used, panels, rows, 19661, 1 / 0.7f, {1, 2}, 0, {0, 0, 3}});
    return v;
  };
  const auto whole = dropped(rows), part = dropped(11);
  const auto zeros = static_cast<double>(std::count(whole.begin(), whole.end(), 0.0f));
  EXPECT_NEAR(zeros / static_cast<double>(whole.size()), 0.3, 0.01);  // 25,600 draws: 3.5 standard deviations
  for (std::size_t i = 0; i < 11 * panel_width; ++i) EXPECT_EQ(part[i], whole[i]);
}

}  // namespace
}  // namespace hone::test
