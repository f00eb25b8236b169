// Losses against values worked out by hand; their gradients are checked with the whole network (network_test.cpp).
#include "nn/loss.hpp"

#include <cmath>

#include "support.hpp"

namespace hone::test {
namespace {

/// Mean loss of rows of logits (at most 16 columns); `gradient` as rows.
double loss_of(NetworkSpec spec, const std::vector<std::vector<float>>& logits, const Targets& targets,
               double smoothing, std::vector<std::vector<float>>* gradient = nullptr, const float* weights = nullptr) {
  const std::size_t rows = logits.size();
  spec.outputs = logits[0].size();
  std::vector<float> z(rows * 16), g(rows * 16), a(64), b(64);
  std::vector<std::uint32_t> order(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    order[r] = static_cast<std::uint32_t>(r);
    std::copy(logits[r].begin(), logits[r].end(), z.begin() + static_cast<std::ptrdiff_t>(r * 16));
  }
  const double loss = loss_row(spec.loss).batch(kernels(), {z.data(), g.data(), rows * 16, rows, order.data(), &targets,
                                                            &spec, smoothing, weights, a.data(), b.data()});
  if (gradient != nullptr)
    for (std::size_t r = 0; r < rows; ++r) {
      const float* from = g.data() + r * 16;
      gradient->emplace_back(from, from + 16);
    }
  return loss;
}

double loss_of(LossKind kind, const std::vector<std::vector<float>>& logits, const Targets& targets, double smoothing,
               std::vector<std::vector<float>>* gradient = nullptr) {
  NetworkSpec spec;
  spec.loss = kind;
  spec.huber_delta = 2;
  return loss_of(spec, logits, targets, smoothing, gradient);
}

TEST(Loss, SoftmaxCrossEntropy) {
  std::vector<std::vector<float>> g;
  const double loss = loss_of(LossKind::softmax_cross_entropy, {{0, 0, 0}, {2, 0, 0}}, {{1, 0}, {}}, 0, &g);
  const double p = std::exp(2) / (std::exp(2) + 2);
  EXPECT_NEAR(loss, (std::log(3) - std::log(p)) / 2, 1e-6);
  EXPECT_NEAR(g[0][1], (1.0 / 3 - 1) / 2, 1e-7);
  EXPECT_NEAR(g[1][0], (p - 1) / 2, 1e-7);
  for (std::size_t c = 3; c < 16; ++c) EXPECT_EQ(g[0][c], 0) << "padding";
}

TEST(Loss, LabelSmoothingMovesTheTarget) {
  // Target 0.9 + 0.1 / 2 and 0.1 / 2: at those probabilities the gradient is 0.
  const auto z = static_cast<float>(std::log(0.95 / 0.05));
  std::vector<std::vector<float>> g, h;
  loss_of(LossKind::softmax_cross_entropy, {{z, 0}}, {{0}, {}}, 0.1, &g);
  EXPECT_NEAR(g[0][0], 0, 1e-7);
  loss_of(LossKind::binary_cross_entropy, {{-z}}, {{0}, {}}, 0.1, &h);
  EXPECT_NEAR(h[0][0], 0, 1e-7);
}

TEST(Loss, BinaryCrossEntropyIsSoftmaxWithTwoClasses) {
  for (const float z : {-50.0f, -3.0f, 0.0f, 0.5f, 60.0f})
    for (const std::int32_t label : {0, 1})
      EXPECT_NEAR(loss_of(LossKind::binary_cross_entropy, {{z}}, {{label}, {}}, 0),
                  loss_of(LossKind::softmax_cross_entropy, {{0, z}}, {{label}, {}}, 0), 1e-5)
          << z;
}

TEST(Loss, SquaredErrorAndHuber) {
  std::vector<std::vector<float>> g, h;
  EXPECT_NEAR(loss_of(LossKind::squared_error, {{3}, {1}}, {{}, {0, 0}}, 0, &g), (4.5 + 0.5) / 2, 1e-7);
  EXPECT_NEAR(g[0][0], 1.5, 1e-7);
  // Delta 2: linear beyond it, 2 * (3 - 1) = 4.
  EXPECT_NEAR(loss_of(LossKind::huber, {{3}, {-1}}, {{}, {0, 0}}, 0, &h), (4 + 0.5) / 2, 1e-7);
  EXPECT_NEAR(h[0][0], 1, 1e-7);
  EXPECT_NEAR(h[1][0], -0.5, 1e-7);
}

TEST(Loss, ShowsWhatIsNotFinite) {
  for (const auto& row : all_losses()) {
    const bool labels = row.task == Task::classification;
    const Targets t = labels ? Targets{{1}, {}} : Targets{{}, {1}};
    const std::vector<float> z = row.many_outputs ? std::vector<float>{0, NAN} : std::vector<float>{NAN};
    EXPECT_FALSE(std::isfinite(loss_of(row.kind, {z}, t, 0))) << row.name;
    EXPECT_EQ(*find_loss(row.name), row.kind);
  }
  EXPECT_FALSE(find_loss("entropy"));
}

TEST(Loss, FocalIsCrossEntropyTimesAPowerOfWhatIsLeft) {
  NetworkSpec spec;
  spec.loss = LossKind::focal;
  const auto z = static_cast<float>(std::log(3));  // probability 3/4
  for (const double gamma : {0.0, 0.5, 2.0}) {
    spec.focal_gamma = gamma;
    EXPECT_NEAR(loss_of(spec, {{z, 0}}, {{0}, {}}, 0), -std::pow(0.25, gamma) * std::log(0.75), 1e-6) << gamma;
  }
  std::vector<std::vector<float>> focal, plain;
  spec.focal_gamma = 0;
  loss_of(spec, {{z, 0, 1}, {60, -60, 0}}, {{1, 1}, {}}, 0.1, &focal);
  loss_of(LossKind::softmax_cross_entropy, {{z, 0, 1}, {60, -60, 0}}, {{1, 1}, {}}, 0.1, &plain);
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t c = 0; c < 16; ++c) EXPECT_NEAR(focal[r][c], plain[r][c], 1e-6) << r << " " << c;
}

TEST(Loss, WeightsOfClassesScaleRows) {
  const float weights[] = {0.5f, 3.0f};
  for (const LossKind kind : {LossKind::softmax_cross_entropy, LossKind::binary_cross_entropy, LossKind::focal}) {
    const bool one = kind == LossKind::binary_cross_entropy;
    NetworkSpec spec;
    spec.loss = kind;
    const std::vector<std::vector<float>> first = {one ? std::vector<float>{0.3f} : std::vector<float>{0.3f, 1}};
    const std::vector<std::vector<float>> second = {one ? std::vector<float>{-2.0f} : std::vector<float>{-2, 0.5f}};
    std::vector<std::vector<float>> g, of_first, of_second;
    const double both = loss_of(spec, {first[0], second[0]}, {{0, 1}, {}}, 0, &g, weights);
    const double a = loss_of(spec, first, {{0}, {}}, 0, &of_first), b = loss_of(spec, second, {{1}, {}}, 0, &of_second);
    EXPECT_NEAR(both, (0.5 * a + 3 * b) / 2, 1e-6);
    EXPECT_NEAR(g[0][0], 0.5f * of_first[0][0] / 2, 1e-6);
    EXPECT_NEAR(g[1][0], 3 * of_second[0][0] / 2, 1e-6);
  }
}

TEST(Loss, TheBestConstantOfPinballIsTheQuantile) {
  NetworkSpec spec;
  spec.loss = LossKind::quantile;
  spec.quantile = 0.8;
  const Targets targets{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
  const auto loss_at = [&](float z) { return loss_of(spec, std::vector<std::vector<float>>(10, {z}), targets, 0); };
  for (const float z : {1.0f, 5.0f, 7.5f, 9.5f, 10.0f}) EXPECT_GT(loss_at(z), loss_at(8.5f)) << z;
}

TEST(Loss, TheBestConstantOfPoissonIsTheMean) {
  NetworkSpec spec;
  spec.loss = LossKind::poisson;
  spec.poisson_ratio = 2.0 / 3;  // counts of mean 3, in units of a deviation of 2
  const Targets targets{{}, {-1.5f, -0.5f, 0.0f, 2.0f}};
  std::vector<std::vector<float>> g;
  loss_of(spec, std::vector<std::vector<float>>(4, {0}), targets, 0, &g);
  EXPECT_NEAR(g[0][0] + g[1][0] + g[2][0] + g[3][0], 0, 1e-7);
  float z[16] = {static_cast<float>(std::log(4.0 / 3))}, scratch[2];
  loss_row(LossKind::poisson).link(kernels(), spec, {z, 16, 1}, scratch);
  EXPECT_NEAR(z[0], 0.5, 1e-6);  // a count of 4
}

}  // namespace
}  // namespace hone::test
