// The whole loop against the reference in double: order of the minibatches, schedule, clipping, weight decay,
// optimizer.
#include <cmath>
#include <cstring>
#include <numeric>

#include "nn/schedule.hpp"
#include "reference_network.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

const TrainSeed seed{11, 4, 2};

/// Which values of weights() are biases (or gamma, beta): no weight decay for them.
std::vector<bool> free_of_decay(const NetworkSpec& spec) {
  std::vector<bool> free;
  std::size_t in = spec.dense_width;
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i) {
    free.resize(free.size() + spec.cardinalities[i] * spec.embedding_widths[i], false);
    in += spec.embedding_widths[i];
  }
  auto widths = spec.hidden;
  widths.push_back(spec.outputs);
  for (const std::size_t out : widths) {
    free.resize(free.size() + in * out, false);
    free.resize(free.size() + out, true);
    in = out;
  }
  return free;
}

/// Trains by central differences with momentum (mu m + g), two epochs.
std::vector<double> train_reference(const Problem& p, const TrainOptions& o, const std::string& start) {
  ReferenceNetwork<double> network(p.spec, start, 0);
  auto& w = network.values();
  std::vector<double> velocity(w.size()), g(w.size());
  const auto free = free_of_decay(p.spec);
  const auto steps = static_cast<std::int64_t>((p.features.rows + o.batch - 1) / o.batch);
  std::int64_t step = 0;
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
    std::vector<std::uint32_t> order(p.features.rows);
    std::iota(order.begin(), order.end(), 0u);
    Rng(seed.study_seed, RngPurpose::minibatch_order, seed.run, epoch).shuffle(std::span(order));
    for (std::size_t at = 0; at < order.size(); at += o.batch, ++step) {
      const auto rows = std::span<const std::uint32_t>(order).subspan(at, std::min(o.batch, order.size() - at));
      double squares = 0;
      for (std::size_t i = 0; i < w.size(); ++i) {
        const double kept = w[i], h = 1e-5;
        w[i] = kept + h;
        const double up = network.loss(p.features, p.targets, rows, o.label_smoothing, seed, 0);
        w[i] = kept - h;
        const double down = network.loss(p.features, p.targets, rows, o.label_smoothing, seed, 0);
        w[i] = kept;
        g[i] = (up - down) / (2 * h);
        squares += g[i] * g[i];
      }
      const double clip = std::sqrt(squares) > o.clip_norm ? o.clip_norm / std::sqrt(squares) : 1;
      const double rate =
          learning_rate_at(schedule_row(o.schedule), o.learning_rate, o.warmup, step, o.max_epochs * steps);
      for (std::size_t i = 0; i < w.size(); ++i) {
        velocity[i] = o.momentum * velocity[i] + g[i] * clip + (free[i] ? 0 : o.weight_decay * w[i]);
        w[i] -= rate * velocity[i];
      }
    }
  }
  return w;
}

TEST(Loop, FollowsTheReferenceStepByStep) {
  Rng rng(1, RngPurpose::simulation, 10);
  for (int i = 0; i < 8; ++i) {
    auto p = random_problem(**find_activation(i % 2 == 0 ? "tanh" : "silu"), static_cast<LossKind>(i % 4), 22, rng);
    p.spec.batch_norm = false;
    p.spec.dropout = 0;
    TrainOptions o;
    o.optimizer = OptimizerKind::momentum;
    o.learning_rate = 0.1;
    o.weight_decay = 0.1;
    o.clip_norm = 0.3;
    o.batch = 8;
    o.schedule = ScheduleKind::cosine;
    o.warmup = 0.2;
    o.max_epochs = 3;
    o.label_smoothing = 0.05;
    auto trainer = make(p, o, seed);
    const auto expected = train_reference(p, o, trainer->weights());
    ASSERT_TRUE(trainer->train_epoch() && trainer->train_epoch());
    const auto found = trainer->weights();
    for (std::size_t k = 0; k < expected.size(); ++k) {
      float value;
      std::memcpy(&value, found.data() + k * sizeof value, sizeof value);
      EXPECT_NEAR(value, expected[k], 2e-5) << describe(p.spec) << " value " << k;
    }
  }
}

}  // namespace
}  // namespace hone::test
