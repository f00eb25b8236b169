// Losses against values worked out by hand; their gradients are checked with the whole network (network_test.cpp).
#include "nn/loss.hpp"

#include <cmath>

#include "support.hpp"

namespace hone::test {
namespace {

/// Mean loss of rows of logits (at most 16 columns); `gradient` as rows.
double loss_of(LossKind kind, const std::vector<std::vector<float>>& logits, const Targets& targets, double smoothing,
               std::vector<std::vector<float>>* gradient = nullptr) {
  const std::size_t rows = logits.size();
  std::vector<float> z(rows * 16), g(rows * 16), a(64), b(64);
  std::vector<std::uint32_t> order(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    order[r] = static_cast<std::uint32_t>(r);
    std::copy(logits[r].begin(), logits[r].end(), z.begin() + static_cast<std::ptrdiff_t>(r * 16));
  }
  const double loss = loss_row(kind).batch(kernels(), {z.data(), g.data(), rows * 16, rows, logits[0].size(),
                                                       order.data(), &targets, smoothing, 2.0, a.data(), b.data()});
  if (gradient != nullptr)
    for (std::size_t r = 0; r < rows; ++r) {
      const float* from = g.data() + r * 16;
      gradient->emplace_back(from, from + 16);
    }
  return loss;
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
    const std::vector<float> z =
        row.kind == LossKind::softmax_cross_entropy ? std::vector<float>{0, NAN} : std::vector<float>{NAN};
    EXPECT_FALSE(std::isfinite(loss_of(row.kind, {z}, t, 0))) << row.name;
    EXPECT_EQ(*find_loss(row.name), row.kind);
  }
  EXPECT_FALSE(find_loss("entropy"));
}

}  // namespace
}  // namespace hone::test
