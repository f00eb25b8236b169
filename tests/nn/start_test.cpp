// Initial weights and biases that are fitted to a first minibatch, and the rates of RealMLP's parts.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/network.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

const TrainSeed seed{5, 2, 0};

/// A network over all rows of `p` whose start was fitted to them.
std::unique_ptr<Network> fitted(const Problem& p) {
  auto network = std::make_unique<Network>(p.spec, p.features.rows, false);
  network->layout().initialise(p.spec, seed, network->parameters().data(), network->statistics().data());
  std::vector<std::uint32_t> order(p.features.rows);
  std::iota(order.begin(), order.end(), 0u);
  network->gather(p.features, order);
  network->fit_start(seed);
  return network;
}

float& at(Network& network, std::size_t layer, std::size_t row, std::size_t unit) {
  float* const values = const_cast<float*>(network.records()[layer].value.data());
  return values[unit / panel_width * network.stride() + row * panel_width + unit % panel_width];
}

TEST(DataStart, EveryUnitHasDeviationOneAndBendsAmongTheRows) {
  Rng rng(1, RngPurpose::simulation, 21);
  for (int i = 0; i < 20; ++i) {
    // With the identity the values of a layer are its sums.
    auto p = random_problem(**find_activation("identity"), LossKind::softmax_cross_entropy, 40, rng);
    p.spec.norm = NormKind::none;
    p.spec.residual = false;
    p.spec.parametric_activation = 0;
    const auto network = fitted(p);
    network->forward_predict();
    const std::size_t rows = network->wide_rows(), of_one = rows / p.spec.members;
    for (std::size_t k = 0; k < network->records().size(); ++k) {
      const LayerPlace& l = network->layout().layers[k];
      for (std::size_t j = 0; j < l.out; ++j)
        for (std::size_t m = 0; m < p.spec.members; ++m) {
          double mean = 0, squares = 0, low = HUGE_VAL, high = -HUGE_VAL;
          const bool together = l.heads == 1;  // the members share the weights of hidden layers
          const std::size_t first = together ? 0 : m * of_one, count = together ? rows : of_one;
          for (std::size_t r = first; r < first + count; ++r) {
            const std::size_t member = r / of_one;
            const double bias = static_cast<double>(network->parameters().data()[l.bias + member * padded(l.out) + j]);
            const double sum = static_cast<double>(at(*network, k, r, j)) - bias;
            mean += sum / static_cast<double>(count);
            squares += sum * sum / static_cast<double>(count);
            if (member != m) continue;
            low = std::min(low, sum);
            high = std::max(high, sum);
          }
          const double deviation = std::sqrt(squares - mean * mean);
          if (deviation > 1e-3) {
            EXPECT_NEAR(deviation, 1, 2e-3) << describe(p.spec) << " layer " << k;
          }
          const double zero = -static_cast<double>(network->parameters().data()[l.bias + m * padded(l.out) + j]);
          EXPECT_GE(zero, low - 1e-4) << describe(p.spec);
          EXPECT_LE(zero, high + 1e-4) << describe(p.spec);
        }
    }
  }
}

TEST(DataStart, BiasesOfUnitsDiffer) {
  Problem p = moons(200);
  p.spec.data_start = true;
  const auto network = fitted(p);
  const float* const bias = network->parameters().data() + network->layout().layers[0].bias;
  double largest = 0;
  for (std::size_t j = 1; j < 16; ++j) largest = std::max(largest, std::abs(static_cast<double>(bias[j] - bias[0])));
  EXPECT_GT(largest, 0.1);
}

TEST(DataStart, IsTheSameForTheSameSeedAndLearns) {
  Problem p = moons(300);
  p.spec.data_start = p.spec.ntk = true;
  p.spec.front_scale = 6;
  p.spec.parametric_activation = p.spec.bias_rate = 0.1;
  TrainOptions o;
  o.learning_rate = 0.04;
  o.fade = ScheduleKind::flat_cosine;
  o.weight_decay = 0.02;
  o.max_epochs = 20;
  auto a = make(p, o), b = make(p, o);
  EXPECT_EQ(a->weights(), b->weights());
  EXPECT_NE(a->weights(), make(p, o, {7, 4, 1})->weights());
  for (int epoch = 0; epoch < 20; ++epoch) ASSERT_TRUE(a->train_epoch());
  std::vector<float> out;
  a->predict(p.features, out);
  std::size_t right = 0;
  for (std::size_t r = 0; r < 300; ++r) right += (out[2 * r + 1] > 0.5f) == (p.targets.labels[r] == 1) ? 1u : 0u;
  EXPECT_GT(right, 270u);
}

TEST(DataStart, AUnitThatDoesNotVaryStaysAsItIs) {
  Problem p = moons(30);
  std::ranges::fill(p.features.dense, 0.0f);
  const auto network = fitted(p);
  for (std::size_t i = 0; i < network->parameters().size(); ++i)
    ASSERT_TRUE(std::isfinite(network->parameters().data()[i]));
}

TEST(Ntk, RatesAreDividedByTheRootOfTheInputs) {
  NetworkSpec spec;
  spec.dense_width = 25;
  spec.hidden = {64, 16};
  spec.outputs = 3;
  spec.activation = *find_activation("selu");
  spec.ntk = true;
  spec.bias_rate = 0.1;
  spec.front_scale = 6;
  spec.parametric_activation = 0.2;
  const Layout layout(spec);
  const auto part_at = [&](std::size_t place) {
    return *std::ranges::find_if(layout.parts, [&](const LearnedPart& p) { return place >= p.begin && place < p.end; });
  };
  const double inputs[] = {25, 64, 16};
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_DOUBLE_EQ(part_at(layout.layers[k].weight).rate, 1 / std::sqrt(inputs[k]));
    EXPECT_DOUBLE_EQ(part_at(layout.layers[k].weight).sgd_rate, 1 / inputs[k]);
    EXPECT_TRUE(part_at(layout.layers[k].weight).decays);
    EXPECT_EQ(part_at(layout.layers[k].bias).rate, 0.1);
  }
  EXPECT_EQ(part_at(layout.layers[0].scale_in).rate, 6);
  EXPECT_FALSE(part_at(layout.layers[0].scale_in).decays);
  EXPECT_EQ(part_at(layout.layers[1].share).rate, 0.2);
  EXPECT_FALSE(layout.layers[1].scaled_in);
  EXPECT_FALSE(layout.layers[2].blended);
}

}  // namespace
}  // namespace hone::test
