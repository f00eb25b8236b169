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

struct Mixture {
  std::size_t count, padded;
  std::vector<std::vector<float>> center, scale;
  std::vector<float> weight;
  std::vector<NormalColumn> columns;
};

Mixture random_mixture(std::size_t count, std::size_t axes, Rng& rng) {
  Mixture mixture{count, parzen_padded(count), {}, {}, {}, {}};
  for (std::size_t a = 0; a < axes; ++a) {
    mixture.center.emplace_back(mixture.padded);
    mixture.scale.emplace_back(mixture.padded);
    for (std::size_t k = 0; k < count; ++k) {
      mixture.center[a][k] = static_cast<float>(rng.uniform());
      mixture.scale[a][k] = static_cast<float>(1 / (0.02 + rng.uniform()));
    }
  }
  mixture.weight.assign(mixture.padded, 0);
  for (std::size_t k = 0; k < count; ++k) mixture.weight[k] = static_cast<float>(rng.below(4)) / 3;
  mixture.weight[0] = 1;
  for (std::size_t a = 0; a < axes; ++a) mixture.columns.push_back({mixture.center[a].data(), mixture.scale[a].data()});
  return mixture;
}

// The slow reference: plain loops in double precision.
double reference_log_sum(const Mixture& mixture, const float* x) {
  double sum = 0;
  for (std::size_t k = 0; k < mixture.count; ++k) {
    double squares = 0;
    for (std::size_t a = 0; a < mixture.columns.size(); ++a) {
      const double z = (double{x[a]} - double{mixture.center[a][k]}) * double{mixture.scale[a][k]};
      squares += z * z;
    }
    sum += double{mixture.weight[k]} * std::exp(-squares);
  }
  return std::log(sum);
}

TEST(Parzen, FastSumsAgreeWithTheReference) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 0);
    const std::size_t count = 1 + rng.below(300), axes = rng.below(6), candidates = 1 + rng.below(20);
    const Mixture mixture = random_mixture(count, axes, rng);
    std::vector<float> x(candidates * axes + 1), sums(candidates * mixture.padded, 0);
    for (float& u : x) u = static_cast<float>(rng.uniform());
    const std::vector<float> start(mixture.padded, 0);
    kernels().subtract_squares(
        {mixture.columns.data(), axes, x.data(), candidates, mixture.padded, start.data(), true, sums.data()});
    for (std::size_t c = 0; c < candidates; ++c)
      EXPECT_NEAR(log_weighted_sum(sums.data() + c * mixture.padded, mixture.weight.data(), mixture.padded),
                  reference_log_sum(mixture, x.data() + c * axes), 1e-5);
  }
}

TEST(Parzen, SumOfExtremes) {
  std::vector<float> terms = {-1e30f, -3, 1e4f, 5, -200, -80.5f}, weights = {0.5f, 2, 0, 0, 1, 1};
  terms.resize(panel_width);
  weights.resize(panel_width);
  EXPECT_NEAR(log_weighted_sum(terms.data(), weights.data(), panel_width), std::log(2) - 3, 1e-6);
  weights[2] = 1;
  EXPECT_NEAR(log_weighted_sum(terms.data(), weights.data(), panel_width), 1e4, 1e-3);
  weights.assign(panel_width, 0);
  weights[0] = 1;
  EXPECT_FLOAT_EQ(static_cast<float>(log_weighted_sum(terms.data(), weights.data(), panel_width)), -1e30f);
  weights[0] = 0;
  EXPECT_EQ(log_weighted_sum(terms.data(), weights.data(), panel_width), -INFINITY);
}

TEST(Parzen, ExponentialIsPrecise) {
  for (float x = -20; x < 0; x += 0.0037f) {  // one term at 0 and one at x: ln(1 + e^x)
    std::vector<float> terms = {0, x}, weights = {1, 1};
    terms.resize(panel_width);
    weights.resize(panel_width);
    EXPECT_NEAR(log_weighted_sum(terms.data(), weights.data(), panel_width), std::log1p(std::exp(double{x})), 2e-7);
  }
}

}  // namespace
}  // namespace hone
