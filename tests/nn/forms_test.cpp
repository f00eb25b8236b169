// What a training run can be told besides its optimizer: weights of classes, mixup, minibatches of one step, chosen
// rows, muP.
#include <cstring>
#include <numeric>

#include "nn/batches.hpp"
#include "nn/layout.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

std::vector<float> floats_of(const std::string& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

TEST(ClassBalance, WeighsClassesUntilAllCountTheSame) {
  const Targets targets{{0, 0, 0, 0, 0, 0, 1, 1, 3, 0}, {}};
  EXPECT_TRUE(weights_of_classes(0, 4, targets).empty());
  const auto full = weights_of_classes(1, 4, targets);
  EXPECT_NEAR(full[0] * 7, full[1] * 2, 1e-5);
  EXPECT_NEAR(full[1] * 2, full[3] * 1, 1e-5);
  EXPECT_EQ(full[2], 1) << "of a class without rows";
  const auto half = weights_of_classes(0.5, 4, targets);
  EXPECT_NEAR(half[3] / half[0], std::sqrt(7), 1e-5);
  for (const auto& w : {full, half}) EXPECT_NEAR(7 * w[0] + 2 * w[1] + w[3], 10, 1e-4) << "mean of 1 over the rows";
}

TEST(ClassBalance, FindsMoreOfARareClass) {
  Problem p = moons(400);
  for (std::size_t r = 0; r < 400; ++r)  // noise that only weights can overcome
    if (p.targets.labels[r] == 1 && r % 8 != 0) p.targets.labels[r] = 0;
  TrainOptions o;
  o.max_epochs = 20;
  const auto found = [&](double balance) {
    o.class_balance = balance;
    auto trainer = make(p, o);
    for (int epoch = 0; epoch < 20; ++epoch) EXPECT_TRUE(trainer->train_epoch());
    std::vector<float> out;
    trainer->predict(p.features, out);
    std::size_t count = 0;
    for (std::size_t r = 0; r < 400; ++r) count += p.targets.labels[r] == 1 && out[2 * r + 1] > 0.5f ? 1u : 0u;
    return count;
  };
  EXPECT_GT(found(1), found(0) + 5);
}

TEST(Mixup, SharesAreThoseOfTheBetaDistribution) {
  for (const double alpha : {0.05, 0.4, 1.0, 1.9}) {
    double sum = 0, squares = 0;
    constexpr std::uint32_t steps = 20000;
    for (std::uint32_t step = 0; step < steps; ++step) {
      const double share = static_cast<double>(mixup_share(alpha, {5, 6, 7}, step));
      ASSERT_GE(share, 0.5);
      ASSERT_LT(share, 1);
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    // Of Beta(a, a) the variance is 1 / (4 (2 a + 1)); folding it at its middle leaves that.
    EXPECT_NEAR(squares / steps, 1 / (4 * (2 * alpha + 1)), 0.004) << alpha;
    if (alpha == 1.0) {
      EXPECT_NEAR(sum / steps, 0.75, 0.004);
    }
  }
  EXPECT_EQ(mixup_share(0.3, {5, 6, 7}, 9), mixup_share(0.3, {5, 6, 0}, 9)) << "of seed, trial and step only";
  EXPECT_NE(mixup_share(0.3, {5, 6, 7}, 9), mixup_share(0.3, {5, 7, 7}, 9));
}

TEST(Accumulate, ManySmallMinibatchesAreOneLargeOne) {
  const Problem p = moons(90);  // 5 of 16 and one of 10
  for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adamw}) {
    TrainOptions small, large;
    small.optimizer = large.optimizer = kind;
    small.max_epochs = large.max_epochs = 3;
    small.average = large.average = 0.5;
    small.batch = 16;
    small.accumulate = 3;
    large.batch = 48;
    auto a = make(p, small), b = make(p, large);
    ASSERT_TRUE(a->train_epoch() && a->train_epoch() && b->train_epoch() && b->train_epoch());
    const auto of_a = floats_of(a->weights()), of_b = floats_of(b->weights());
    for (std::size_t i = 0; i < of_a.size(); ++i) EXPECT_NEAR(of_a[i], of_b[i], 2e-4) << i;
  }
}

TEST(ChosenRows, AreTheOnlyOnesThatAreLearned) {
  const Problem p = moons(60);
  std::vector<std::uint32_t> rows(40);
  std::iota(rows.begin(), rows.end(), 20u);
  Problem changed = p, part = p;
  for (std::size_t r = 0; r < 20; ++r) changed.targets.labels[r] = 1 - changed.targets.labels[r];
  part.features.rows = 40;
  part.features.dense.resize(0);
  part.targets.labels.clear();
  for (std::size_t r = 20; r < 60; ++r) {
    for (std::size_t c = 0; c < 2; ++c) part.features.dense.push_back(p.features.dense[2 * r + c]);
    part.targets.labels.push_back(p.targets.labels[r]);
  }
  TrainOptions o;
  o.batch = 7;
  const auto weights = [&](const Problem& q, std::span<const std::uint32_t> chosen) {
    auto trainer = Trainer::create(q.spec, o, {7, 3, 1}, q.features, q.targets, 8e9, chosen);
    EXPECT_TRUE(trainer && (*trainer)->train_epoch());
    return (*trainer)->weights();
  };
  const std::string expected = weights(p, rows);
  EXPECT_EQ(weights(changed, rows), expected);
  EXPECT_EQ(weights(part, {}), expected);
  EXPECT_NE(weights(p, {}), expected);
}

TEST(WidthTransfer, RatesFollowTheWidthsOfTheLayers) {
  NetworkSpec spec;
  spec.dense_width = 10;
  spec.hidden = {512, 256};
  spec.outputs = 3;
  spec.activation = *find_activation("relu");
  const auto rate_at = [&](std::size_t place, bool sgd) {
    for (const LearnedPart& part : Layout(spec).parts)
      if (place >= part.begin && place < part.end) return sgd ? part.sgd_rate : part.rate;
    return 0.0;
  };
  EXPECT_EQ(Layout(spec).parts.size(), 2u) << "weights and biases, all with the same rate";
  spec.base_width = 128;
  const Layout layout(spec);
  const double adam[] = {1, 0.25, 0.5}, sgd[] = {4, 1, 0.5}, biases[] = {4, 2, 1};
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(rate_at(layout.layers[k].weight, false), adam[k]) << k;
    EXPECT_EQ(rate_at(layout.layers[k].weight, true), sgd[k]) << k;
    EXPECT_EQ(rate_at(layout.layers[k].bias, false), 1) << k;
    EXPECT_EQ(rate_at(layout.layers[k].bias, true), biases[k]) << k;
  }
}

/// Mean change of the outputs over the first steps at one width.
double moved(std::size_t width, std::size_t base_width) {
  Problem p = moons(64);
  p.spec.hidden = {width, width};
  p.spec.base_width = base_width;
  TrainOptions o;
  o.learning_rate = 0.01;
  o.batch = 64;
  auto trainer = make(p, o);
  std::vector<float> before, after;
  trainer->predict(p.features, before);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(trainer->train_epoch());
  trainer->predict(p.features, after);
  double sum = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    sum += std::abs(std::log(static_cast<double>(after[i])) - std::log(static_cast<double>(before[i])));
  return sum / static_cast<double>(before.size());
}

TEST(WidthTransfer, StepsMoveAWideNetworkAsMuchAsANarrowOne) {
  const double narrow = moved(32, 32), wide = moved(1024, 32), wide_as_usual = moved(1024, 0);
  EXPECT_LT(wide / narrow, 3);
  EXPECT_GT(wide_as_usual / narrow, 3) << "without muP the same rate does more on a wide network";
}

}  // namespace
}  // namespace hone::test
