// Whole-network gradients: the fast network in float against central differences of the reference network in double,
// for random architectures, every activation and every loss.
#include "nn/network.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "nn/loss.hpp"
#include "reference_network.hpp"
#include "support.hpp"

namespace hone::test {
namespace {

constexpr double smoothing = 0.1;
constexpr std::uint32_t step = 3;
const TrainSeed seed{42, 5, 0};

std::vector<float> floats_of(std::string_view bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

struct Outcome {
  double loss;
  std::string weights;
  std::vector<float> gradients;  ///< in the order of the weights; 0 for running statistics
  std::size_t row_blocks;
};

/// One forward and backward pass of the fast network over the rows in `order`.
Outcome fast_pass(const Problem& p, std::span<const std::uint32_t> order, float share = 1) {
  Network network(p.spec, order.size(), true);
  network.layout().initialise(p.spec, seed, network.parameters().data(), network.statistics().data());
  Rng rng(9, RngPurpose::simulation, 1);  // biases of 0 would hide mistakes
  std::string start = network.layout().pack(network.parameters().data(), network.statistics().data());
  auto values = floats_of(start);
  for (auto& v : values) v += static_cast<float>(rng.uniform() * 0.2);
  std::memcpy(start.data(), values.data(), start.size());
  EXPECT_TRUE(network.layout().unpack(start, network.parameters().data(), network.statistics().data()));

  network.gather(p.features, order);
  network.forward_train(seed, step, share);
  const std::size_t rows = network.wide_rows();
  Buffer scratch(2 * padded(rows)), gradients(network.layout().parameters), of_partners(network.output_size());
  const auto loss_of = [&](bool partners, float* gradient) {
    std::vector<std::uint32_t> wide;
    for (std::size_t i = 0; i < rows; ++i)
      wide.push_back(order[partners ? order.size() - 1 - i % order.size() : i % order.size()]);
    return loss_row(p.spec.loss)
        .batch(kernels(), {network.output(), gradient, network.stride(), rows, wide.data(), &p.targets, &p.spec,
                           smoothing, nullptr, scratch.data(), scratch.data() + padded(rows)});
  };
  double loss = loss_of(false, network.output_gradient());
  if (share != 1) {
    loss = static_cast<double>(share) * loss + (1 - static_cast<double>(share)) * loss_of(true, of_partners.data());
    kernels().approach(of_partners.data(), 1 - share, network.output_gradient(), of_partners.size());
  }
  network.backward(gradients.data());
  const Buffer no_statistics(network.layout().statistics);
  return {loss, start, floats_of(network.layout().pack(gradients.data(), no_statistics.data())),
          network.row_capacity()};
}

constexpr double allowed = 3e-4;

/// Edges of bins stand among the weights but are not learned.
bool is_edge(const NetworkSpec& spec, std::size_t i) {
  const std::size_t learned = (spec.components() + 1) * panel_width;
  const std::size_t of_one = learned + 2 * spec.components();
  return spec.numeric_bins > 0 && i < spec.embedded_numbers() * of_one && i % of_one >= learned;
}

/// Largest deviation of a gradient, relative to the largest gradient. Where it is too large and quotients at two widths
/// disagree, the value sits on a kink; `skipped` counts them.
double worst_deviation(const Problem& p, std::span<const std::uint32_t> order, const Outcome& fast, int& skipped,
                       float share = 1) {
  ReferenceNetwork<double> reference(p.spec, fast.weights, fast.row_blocks);
  const auto quotient = [&](std::size_t i, double h) {
    const double kept = reference.values()[i];
    const auto loss_at = [&](double value) {
      reference.values()[i] = value;
      return reference.loss(p.features, p.targets, order, smoothing, seed, step, static_cast<double>(share));
    };
    const double difference = loss_at(kept + h) - loss_at(kept - h);
    reference.values()[i] = kept;
    return difference / (2 * h);
  };
  double largest = 1e-3, worst = 0;
  for (const float g : fast.gradients) largest = std::max(largest, std::abs(static_cast<double>(g)));
  for (std::size_t i = 0; i < fast.gradients.size(); ++i) {
    if (is_edge(p.spec, i)) continue;
    const double wide = quotient(i, 1e-5);
    const double deviation = std::abs(static_cast<double>(fast.gradients[i]) - wide) / largest;
    if (deviation > allowed && std::abs(wide - quotient(i, 2.5e-6)) > 1e-5 * largest)
      ++skipped;
    else
      worst = std::max(worst, deviation);
  }
  return worst;
}

std::vector<std::uint32_t> some_rows(std::size_t rows, Rng& rng) {
  std::vector<std::uint32_t> order(rows);
  for (auto& r : order) r = rng.below(static_cast<std::uint32_t>(rows));
  return order;
}

TEST(Network, GradientsAreThoseOfCentralDifferences) {
  Rng rng(1, RngPurpose::simulation, 8);
  int skipped = 0;
  std::size_t checked = 0;
  for (const auto& activation : all_activations())
    for (const auto& loss : all_losses())
      for (int i = 0; i < 3; ++i) {
        const auto p = random_problem(activation, loss.kind, between(rng, 8, 12), rng);
        const auto order = some_rows(p.features.rows, rng);
        const float share = i == 0 ? 1.0f : 0.7f;  // of mixup
        const auto fast = fast_pass(p, order, share);
        ReferenceNetwork<double> reference(p.spec, fast.weights, fast.row_blocks);
        const double expected =
            reference.loss(p.features, p.targets, order, smoothing, seed, step, static_cast<double>(share));
        EXPECT_NEAR(fast.loss, expected, 2e-5 * (1 + std::abs(fast.loss))) << describe(p.spec);
        EXPECT_LT(worst_deviation(p, order, fast, skipped, share), allowed) << describe(p.spec);
        checked += fast.gradients.size();
      }
  EXPECT_LT(skipped, static_cast<double>(checked) * 0.02);
  EXPECT_GT(checked, 10000u);
}

TEST(Network, APlantedWrongGradientIsCaught) {
  Rng rng(2, RngPurpose::simulation, 8);
  for (const auto& activation : all_activations()) {
    const auto p = random_problem(activation, LossKind::softmax_cross_entropy, 12, rng);
    const auto order = some_rows(12, rng);
    auto fast = fast_pass(p, order);
    const auto largest = std::max_element(fast.gradients.begin(), fast.gradients.end(),
                                          [](float a, float b) { return std::abs(a) < std::abs(b); });
    *largest *= 1.01f;
    int skipped = 0;
    EXPECT_GT(worst_deviation(p, order, fast, skipped), allowed) << describe(p.spec);
  }
}

TEST(Network, BackwardTakesSlopesOfTheRowThatForwardUsed) {
  Rng rng(3, RngPurpose::simulation, 8);
  for (const auto& activation : all_activations()) {
    auto p = random_problem(activation, LossKind::squared_error, 8, rng);
    p.spec.hidden = {5, 3};
    p.spec.norm = NormKind::none;
    p.spec.members = 1;
    p.spec.dropout = p.spec.parametric_activation = p.spec.front_scale = 0;
    Network network(p.spec, 8, true);
    std::vector<std::uint32_t> order(8);
    std::iota(order.begin(), order.end(), 0u);
    network.gather(p.features, order);
    network.forward_train(seed, 0);
    EXPECT_EQ(network.records()[0].activation, &activation);
    EXPECT_EQ(network.records()[1].activation, &activation);
    EXPECT_EQ(network.records()[2].activation->name, "identity");
    EXPECT_NEAR(network.records()[0].slope.data()[0], activation.derivative(0), 1e-6) << activation.name;
  }
}

TEST(Network, PaddingStaysZero) {
  Rng rng(4, RngPurpose::simulation, 8);
  for (const auto& activation : all_activations()) {
    auto p = random_problem(activation, LossKind::softmax_cross_entropy, 10, rng);
    const auto order = some_rows(10, rng);
    Network network(p.spec, 10, true);
    network.layout().initialise(p.spec, seed, network.parameters().data(), network.statistics().data());
    network.gather(p.features, order);
    network.forward_train(seed, 0);
    const std::size_t rows = network.wide_rows();
    std::vector<std::uint32_t> wide;
    for (std::size_t i = 0; i < rows; ++i) wide.push_back(order[i % 10]);
    Buffer scratch(2 * padded(rows)), gradients(network.layout().parameters);
    loss_row(p.spec.loss)
        .batch(kernels(), {network.output(), network.output_gradient(), network.stride(), rows, wide.data(), &p.targets,
                           &p.spec, 0, nullptr, scratch.data(), scratch.data() + padded(rows)});
    network.backward(gradients.data());
    double all = 0, real = 0;
    for (std::size_t i = 0; i < gradients.size(); ++i) all += std::abs(static_cast<double>(gradients.data()[i]));
    const Buffer none(network.layout().statistics);
    for (const float g : floats_of(network.layout().pack(gradients.data(), none.data())))
      real += std::abs(static_cast<double>(g));
    EXPECT_NEAR(all, real, 1e-9 * all) << describe(p.spec);
  }
}

TEST(Network, PredictionsDoNotDependOnThePiecesTheyAreMadeIn) {
  Rng rng(5, RngPurpose::simulation, 8);
  const auto p = random_problem(**find_activation("gelu"), LossKind::softmax_cross_entropy, 75, rng);
  std::vector<float> expected;
  for (const std::size_t rows : {std::size_t{1}, std::size_t{7}, std::size_t{75}, std::size_t{128}}) {
    Network network(p.spec, rows, false);
    network.layout().initialise(p.spec, seed, network.parameters().data(), network.statistics().data());
    std::vector<float> out;
    network.predict(p.features, out);
    if (expected.empty()) expected = out;
    EXPECT_EQ(out, expected) << rows;
  }
}

TEST(Network, UnknownCategoriesCountAsMissing) {
  Rng rng(6, RngPurpose::simulation, 8);
  Problem p;
  p.spec.dense_width = 2;
  p.spec.cardinalities = {4};
  p.spec.embedding_widths = {3};
  p.spec.activation = *find_activation("relu");
  p.spec.outputs = 2;
  p.features = random_features(p.spec, 6, false, rng);
  Network network(p.spec, 6, false);
  network.layout().initialise(p.spec, seed, network.parameters().data(), network.statistics().data());
  std::vector<float> expected, found;
  p.features.categories = {0, 0, 0, 0, 0, 0};
  network.predict(p.features, expected);
  p.features.categories = {0, 4, -1, 1000000, 0, 7};
  network.predict(p.features, found);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace hone::test
