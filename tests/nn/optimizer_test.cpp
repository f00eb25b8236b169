// Optimizers: golden first steps worked out by hand, and each of them walks down a bowl.
#include "nn/optimizer.hpp"

#include <cmath>

#include "support.hpp"

namespace hone::test {
namespace {

/// Runs a row on parameters of 16 floats with moments.
class Runner {
 public:
  Runner(OptimizerKind kind, const TrainOptions& given) : row(optimizer_row(kind)), options(given) {}
  void step(double rate, const std::vector<float>& gradient, double gradient_scale = 1) {
    Update u = update_numbers(row, options, rate, options.weight_decay, gradient_scale, powers);
    u.w = w.data();
    u.m = m.data();
    u.v = v.data();
    u.g = gradient.data();
    u.count = 16;
    kernels().update[static_cast<std::size_t>(row.kernel)](u);
  }
  const OptimizerRow& row;
  TrainOptions options;
  BetaPowers powers;
  std::vector<float> w = std::vector<float>(16, 1.0f), m = std::vector<float>(16), v = std::vector<float>(16);
};
std::vector<float> all(float g) {
  return std::vector<float>(16, g);
}

TEST(Optimizer, Sgd) {
  Runner r(OptimizerKind::sgd, {});
  r.step(0.1, all(2));
  EXPECT_FLOAT_EQ(r.w[0], 0.8f);
  r.step(0.1, all(2), 0.5);  // clipped to half
  EXPECT_FLOAT_EQ(r.w[15], 0.7f);
}

TEST(Optimizer, MomentumAndNesterov) {
  TrainOptions o;
  o.momentum = 0.5;
  Runner plain(OptimizerKind::momentum, o), nesterov(OptimizerKind::nesterov, o);
  for (const float g : {1.0f, 2.0f}) {
    plain.step(0.1, all(g));
    nesterov.step(0.1, all(g));
  }
  // m: 1, 2.5; w: 1 - 0.1 - 0.25 = 0.65. Nesterov: 1 - 0.1 (1 + 0.5) - 0.1 (2 + 1.25) = 0.525.
  EXPECT_FLOAT_EQ(plain.w[0], 0.65f);
  EXPECT_FLOAT_EQ(nesterov.w[0], 0.525f);
}

TEST(Optimizer, Rmsprop) {
  Runner r(OptimizerKind::rmsprop, {});
  r.step(0.01, all(3));
  // v = 0.1 * 9 = 0.9; w = 1 - 0.01 * 3 / sqrt(0.9).
  EXPECT_NEAR(r.w[0], 1 - 0.03 / std::sqrt(0.9), 1e-6);
}

TEST(Optimizer, AdamGolden) {
  TrainOptions o;
  o.beta1 = 0.9;
  o.beta2 = 0.99;
  Runner r(OptimizerKind::adam, o);
  r.step(0.1, all(0.5));
  // The first step is rate * sign(g), whatever its size.
  EXPECT_NEAR(r.w[0], 0.9, 1e-6);
  r.step(0.1, all(-1));
  // m = 0.9 * 0.05 - 0.1 = -0.055, corrected by 1 - 0.81: -0.289474;
  // v = 0.99 * 0.0025 + 0.01 = 0.012475, corrected by 1 - 0.9801: 0.626884; root 0.791760.
  EXPECT_NEAR(r.w[0], 0.9 + 0.1 * 0.28947368 / 0.79176032, 1e-6);
}

TEST(Optimizer, WeightDecayJoinsTheGradientOrShrinksTheWeights) {
  TrainOptions o;
  o.weight_decay = 0.5;
  Runner sgd(OptimizerKind::sgd, o), adam(OptimizerKind::adam, o), adamw(OptimizerKind::adamw, o);
  sgd.step(0.1, all(0));
  EXPECT_FLOAT_EQ(sgd.w[0], 0.95f);
  adam.step(0.1, all(0));
  EXPECT_NEAR(adam.w[0], 0.9, 1e-6);  // the gradient is 0.5 w: a full step
  adamw.step(0.1, all(0));
  EXPECT_FLOAT_EQ(adamw.w[0], 0.95f);
}

TEST(Optimizer, EveryRowWalksDownABowl) {
  for (const auto& row : all_optimizers()) {
    Runner r(row.kind, {});
    for (int i = 0; i < 16; ++i) r.w[static_cast<std::size_t>(i)] = static_cast<float>(i) - 7.5f;
    for (int step = 0; step < 2000; ++step) {
      auto g = r.w;
      for (std::size_t i = 0; i < 16; ++i) g[i] = (1 + 0.1f * static_cast<float>(i)) * (r.w[i] - 2);
      r.step(step < 1500 ? 0.05 : 0.002, g);
    }
    for (const float w : r.w) EXPECT_NEAR(w, 2, 0.05) << row.name;
  }
}

TEST(Optimizer, RowsSayWhichStateTheyKeep) {
  for (const auto& row : all_optimizers()) {
    Runner r(row.kind, {});
    r.step(0.1, all(1));
    EXPECT_EQ(r.m[0] != 0, row.first_moment) << row.name;
    EXPECT_EQ(r.v[0] != 0, row.second_moment) << row.name;
    EXPECT_EQ(r.powers.beta1 != 1, row.bias_correction) << row.name;
    EXPECT_EQ(*find_optimizer(row.name), row.kind);
  }
  EXPECT_EQ(optimizer_names().size(), 6u);
}

TEST(Optimizer, UnknownNamesAreRefusedWithTheNearest) {
  const auto found = find_optimizer("adamm");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("adam"), std::string::npos);
}

}  // namespace
}  // namespace hone::test
