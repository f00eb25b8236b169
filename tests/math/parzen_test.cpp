#include "math/parzen.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.hpp"

namespace hone {
namespace {

std::vector<double> bandwidths(const std::vector<double>& ascending, std::size_t axes) {
  Bandwidths walk(ascending.size(), axes);
  std::vector<double> sigma;
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    const double before = walk.next(ascending[i]);
    if (i > 0) sigma.push_back(before);
  }
  sigma.push_back(walk.last());
  return sigma;
}

/// The rule as it is written in Optuna: sort with both ends, the larger gap, inner gaps only at the ends, clip; with
/// our exponent.
std::vector<double> reference_bandwidths(const std::vector<double>& x, std::size_t axes) {
  const std::size_t n = x.size();
  std::vector<double> ends = {0};
  ends.insert(ends.end(), x.begin(), x.end());
  ends.push_back(1);
  std::vector<double> sigma;
  for (std::size_t i = 1; i <= n; ++i) sigma.push_back(std::max(ends[i] - ends[i - 1], ends[i + 1] - ends[i]));
  if (n >= 2) {
    sigma.front() = ends[2] - ends[1];
    sigma.back() = ends[n] - ends[n - 1];
  }
  const double power = std::pow(2.0 + static_cast<double>(n), 1 + 4 / (4.0 + static_cast<double>(axes)));
  for (double& s : sigma) s = std::clamp(s, 1 / std::min(100.0, power), 1.0);
  return sigma;
}

RC_GTEST_PROP(Bandwidths, FollowTheRule, ()) {
  const auto cells = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 41)));
  std::vector<double> x;
  for (const int c : cells) x.push_back(c / 40.0);
  std::ranges::sort(x);
  const auto axes = *rc::gen::inRange<std::size_t>(1, 40);
  const auto found = bandwidths(x, axes), expected = reference_bandwidths(x, axes);
  for (std::size_t i = 0; i < x.size(); ++i) RC_ASSERT(std::abs(found[i] - expected[i]) < 1e-14);
}

struct Kernels {
  std::size_t count, padded;
  std::vector<std::vector<float>> center, scale;
  std::vector<float> weight;
  std::vector<NormalColumn> columns;
};

Kernels random_kernels(std::size_t count, std::size_t axes, Rng& rng) {
  Kernels kernels{count, parzen_padded(count), {}, {}, {}, {}};
  for (std::size_t a = 0; a < axes; ++a) {
    kernels.center.emplace_back(kernels.padded);
    kernels.scale.emplace_back(kernels.padded);
    for (std::size_t k = 0; k < count; ++k) {
      kernels.center[a][k] = static_cast<float>(rng.uniform());
      kernels.scale[a][k] = static_cast<float>(1 / (0.02 + rng.uniform()));
    }
  }
  kernels.weight.assign(kernels.padded, 0);
  for (std::size_t k = 0; k < count; ++k) kernels.weight[k] = static_cast<float>(rng.below(4)) / 3;
  kernels.weight[0] = 1;
  for (std::size_t a = 0; a < axes; ++a) kernels.columns.push_back({kernels.center[a].data(), kernels.scale[a].data()});
  return kernels;
}

// The slow reference: plain loops in double precision.
double reference_log_sum(const Kernels& kernels, const float* x) {
  double sum = 0;
  for (std::size_t k = 0; k < kernels.count; ++k) {
    double squares = 0;
    for (std::size_t a = 0; a < kernels.columns.size(); ++a) {
      const double z = (double{x[a]} - double{kernels.center[a][k]}) * double{kernels.scale[a][k]};
      squares += z * z;
    }
    sum += double{kernels.weight[k]} * std::exp(-squares);
  }
  return std::log(sum);
}

TEST(Parzen, FastSumsAgreeWithTheReference) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 0);
    const std::size_t count = 1 + rng.below(300), axes = rng.below(6), candidates = 1 + rng.below(20);
    const Kernels kernels = random_kernels(count, axes, rng);
    std::vector<float> x(candidates * axes + 1), sums(candidates * kernels.padded, 0);
    for (float& u : x) u = static_cast<float>(rng.uniform());
    subtract_squares(kernels.columns, x.data(), candidates, kernels.padded, sums.data());
    for (std::size_t c = 0; c < candidates; ++c)
      EXPECT_NEAR(log_weighted_sum(sums.data() + c * kernels.padded, kernels.weight.data(), kernels.padded),
                  reference_log_sum(kernels, x.data() + c * axes), 1e-5);
  }
}

TEST(Parzen, SumOfExtremes) {
  const std::vector<float> terms = {-1e30f, -3, 1e4f, 5, -200, -80.5f, 0, 0};
  std::vector<float> weights = {0.5f, 2, 0, 0, 1, 1, 0, 0};
  EXPECT_NEAR(log_weighted_sum(terms.data(), weights.data(), 8), std::log(2) - 3, 1e-6);
  weights[2] = 1;
  EXPECT_NEAR(log_weighted_sum(terms.data(), weights.data(), 8), 1e4, 1e-3);
  weights = {1, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_FLOAT_EQ(static_cast<float>(log_weighted_sum(terms.data(), weights.data(), 8)), -1e30f);
  weights[0] = 0;
  EXPECT_EQ(log_weighted_sum(terms.data(), weights.data(), 8), -INFINITY);
}

TEST(Parzen, ExponentialIsPrecise) {
  for (float x = -20; x < 0; x += 0.0037f) {  // one term at 0 and one at x: ln(1 + e^x)
    const std::vector<float> terms = {0, x, 0, 0}, weights = {1, 1, 0, 0};
    EXPECT_NEAR(log_weighted_sum(terms.data(), weights.data(), 4), std::log1p(std::exp(double{x})), 2e-7);
  }
}

}  // namespace
}  // namespace hone
