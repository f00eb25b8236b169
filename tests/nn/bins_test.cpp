// Bins of embedded numbers, and the average of the weights.
#include "nn/bins.hpp"

#include <algorithm>
#include <cmath>

#include "trainer_support.hpp"

namespace hone::test {
namespace {

TEST(Bins, FewDistinctValuesAreTheEdges) {
  EXPECT_EQ(bin_edges({3, 1, 2, 1, 3, 3}, 4), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(bin_edges({5, 5, 5}, 4), (std::vector<float>{5}));
  EXPECT_TRUE(bin_edges({}, 4).empty());
}

TEST(Bins, EdgesAreQuantiles) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(i * 37 % 1000));
  const auto edges = bin_edges(values, 10);
  ASSERT_EQ(edges.size(), 11u);
  for (std::size_t t = 0; t < edges.size(); ++t) EXPECT_NEAR(edges[t], 100.0 * static_cast<double>(t), 1.5);
}

/// Nine of ten values are 0: the bins must lie among the others.
TEST(Bins, AHeavyValueTakesOneBin) {
  std::vector<float> values(9000, 0.0f);
  for (int i = 1; i <= 1000; ++i) values.push_back(static_cast<float>(i));
  const auto edges = bin_edges(values, 20);
  EXPECT_GE(edges.size(), 18u);
  EXPECT_LE(edges.size(), 21u);
  EXPECT_TRUE(std::ranges::is_sorted(edges, std::less_equal<float>()));
  EXPECT_EQ(edges.front(), 0.0f);
  EXPECT_EQ(edges.back(), 1000.0f);
}

TEST(Bins, AtMostAsManyAsAsked) {
  Rng rng(1, RngPurpose::simulation, 0);
  for (int i = 0; i < 200; ++i) {
    std::vector<float> values(1 + rng.below(300));
    for (auto& v : values) v = static_cast<float>(rng.below(1 + rng.below(200)));
    const std::size_t bins = 1 + rng.below(40);
    const auto edges = bin_edges(values, bins);
    EXPECT_LE(edges.size(), bins + 1);
    EXPECT_EQ(edges.front(), *std::ranges::min_element(values));
    EXPECT_EQ(edges.back(), *std::ranges::max_element(values));
    for (std::size_t t = 1; t < edges.size(); ++t) EXPECT_LT(edges[t - 1], edges[t]);
  }
}

/// A jump inside a range: a narrow network needs the bins for it.
TEST(Bins, ANetworkWithThemFindsAJump) {
  Problem p;
  Rng rng(5, RngPurpose::simulation, 0);
  p.spec.dense_width = 1;
  p.spec.numeric_columns = {0};
  p.spec.hidden = {16};
  p.spec.activation = *find_activation("relu");
  p.spec.outputs = 1;
  p.spec.loss = LossKind::squared_error;
  p.features.rows = 2000;
  p.features.dense_width = 1;
  for (std::size_t r = 0; r < p.features.rows; ++r) {
    const double x = rng.uniform();
    p.features.dense.push_back(static_cast<float>(x));
    p.targets.values.push_back(x > 0.3 && x < 0.34 ? 1.0f : x > 0.7 && x < 0.72 ? -1.0f : 0.0f);
  }
  TrainOptions o;
  o.learning_rate = 0.01;
  const auto error_with = [&](std::size_t bins) {
    p.spec.numeric_bins = bins;
    const auto trainer = make(p, o);
    double loss = 0;
    for (int epoch = 0; epoch < 60; ++epoch) loss = trainer->train_epoch()->loss;
    return loss;
  };
  EXPECT_LT(error_with(64), 0.3 * error_with(0));
}

TEST(Average, PredictionsComeFromItAndItFollowsTheWeights) {
  const Problem p = moons(200);
  TrainOptions plain, averaged;
  averaged.average = 1e-9;  // a memory of no step: the weights themselves, once ten steps are over
  const auto a = make(p, plain), b = make(p, averaged);
  for (int epoch = 0; epoch < 5; ++epoch) ASSERT_TRUE(a->train_epoch() && b->train_epoch());
  std::vector<float> one, other;
  a->predict(p.features, one);
  averaged.average = 3;
  const auto c = make(p, averaged);
  for (int epoch = 0; epoch < 5; ++epoch) ASSERT_TRUE(c->train_epoch());
  c->predict(p.features, other);
  EXPECT_NE(one, other);
  b->predict(p.features, other);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], other[i], 1e-5);
}

TEST(Bins, ADenormalWidthStaysFinite) {
  Problem p = moons(100);
  p.spec.numeric_columns = {0};
  p.spec.numeric_bins = 4;
  for (std::size_t r = 0; r < p.features.rows; ++r) p.features.dense[2 * r] = r % 2 == 0 ? 0.0f : 1e-40f;
  const auto trainer = make(p, {});
  std::vector<float> predictions;
  trainer->predict(p.features, predictions);
  for (const float probability : predictions) ASSERT_TRUE(std::isfinite(probability));
}

TEST(Average, BeforeTheFirstStepItIsTheInitialWeights) {
  const Problem p = moons(100);
  TrainOptions averaged;
  averaged.average = 1;
  EXPECT_EQ(make(p, averaged)->weights(), make(p, {})->weights());
}

TEST(Average, TheBestWeightsAreAveragedOnes) {
  const Problem p = moons(200);
  TrainOptions o;
  o.average = 2;
  const auto trainer = make(p, o);
  ASSERT_TRUE(trainer->train_epoch());
  std::vector<float> kept, later, restored;
  trainer->predict(p.features, kept);
  trainer->keep_best();
  const std::string weights = trainer->weights();
  for (int epoch = 0; epoch < 3; ++epoch) ASSERT_TRUE(trainer->train_epoch());
  trainer->predict(p.features, later);
  EXPECT_NE(later, kept);
  trainer->restore_best();
  trainer->predict(p.features, restored);
  EXPECT_EQ(restored, kept);
  EXPECT_EQ(trainer->weights(), weights);
}

}  // namespace
}  // namespace hone::test
