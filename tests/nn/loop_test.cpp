// The whole loop against the reference in double: order of the minibatches, schedule, clipping, weight decay,
// optimizer.
#include <cmath>
#include <cstring>
#include <numeric>

#include "nn/batches.hpp"
#include "nn/schedule.hpp"
#include "reference_network.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

const TrainSeed seed{11, 4, 2};

enum class Kind { weight, bias, edge };  ///< only weights decay; edges of bins are not learned
struct Role {
  Kind kind;
  double rate = 1;
};

/// Of each value of weights().
std::vector<Role> roles_of(const NetworkSpec& spec) {
  std::vector<Role> roles;
  const auto add = [&](std::size_t count, Kind kind, double rate = 1) {
    roles.resize(roles.size() + count, {kind, rate});
  };
  const auto by_inputs = [&](std::size_t in) { return spec.ntk ? 1 / static_cast<double>(in) : 1; };
  const std::size_t components = spec.components(), members = spec.members;
  for (std::size_t f = 0; f < spec.embedded_numbers(); ++f) {
    add(components * 16, Kind::weight, spec.numeric_rate);
    add(16, Kind::bias, spec.numeric_rate);
    add(2 * components, spec.numeric_bins > 0 ? Kind::edge : Kind::bias, spec.numeric_rate);
  }
  std::size_t in = spec.embedded_numbers() * 16 + spec.dense_width;
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i) {
    add(spec.cardinalities[i] * spec.embedding_widths[i], Kind::weight);
    in += spec.embedding_widths[i];
  }
  for (std::size_t k = 0; k < spec.hidden.size(); ++k) {
    const std::size_t out = spec.hidden[k];
    const bool front = k == 0 && spec.front_scale > 0;
    add(in * out, Kind::weight, by_inputs(in));
    if (members > 1 || front) add(members * in, Kind::bias, front ? spec.front_scale : 1);
    if (members > 1) add(members * out, Kind::bias);
    add(members * out, Kind::bias, spec.bias_rate);
    if (spec.parametric_activation > 0) add(out, Kind::bias, spec.parametric_activation);
    in = out;
  }
  add(members * in * spec.outputs, Kind::weight, by_inputs(in));
  add(members * spec.outputs, Kind::bias, spec.bias_rate);
  return roles;
}

/// Trains by central differences with momentum (mu m + g), two epochs. Minibatches of one step are one here: they are
/// of the same size, but for the last of the epoch.
std::vector<double> train_reference(const Problem& p, const TrainOptions& o, const std::string& start) {
  ReferenceNetwork<double> network(p.spec, start, 0);
  auto& w = network.values();
  std::vector<double> velocity(w.size()), g(w.size());
  const auto roles = roles_of(p.spec);
  const auto steps = static_cast<std::int64_t>((p.features.rows + o.batch - 1) / o.batch);
  const std::size_t together = o.batch * o.accumulate;
  std::int64_t step = 0;
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
    std::vector<std::uint32_t> order(p.features.rows);
    std::iota(order.begin(), order.end(), 0u);
    Rng(seed.study_seed, RngPurpose::minibatch_order, seed.run, epoch).shuffle(std::span(order));
    for (std::size_t at = 0; at < order.size(); at += together) {
      const auto rows = std::span<const std::uint32_t>(order).subspan(at, std::min(together, order.size() - at));
      step += static_cast<std::int64_t>((rows.size() + o.batch - 1) / o.batch);
      const double share =
          o.mixup > 0 ? static_cast<double>(mixup_share(o.mixup, seed, static_cast<std::uint32_t>(step - 1))) : 1;
      double squares = 0;
      for (std::size_t i = 0; i < w.size(); ++i) {
        if (roles[i].kind == Kind::edge) continue;
        const double kept = w[i], h = 1e-5;
        w[i] = kept + h;
        const double up = network.loss(p.features, p.targets, rows, o.label_smoothing, seed, 0, share);
        w[i] = kept - h;
        const double down = network.loss(p.features, p.targets, rows, o.label_smoothing, seed, 0, share);
        w[i] = kept;
        g[i] = (up - down) / (2 * h);
        squares += g[i] * g[i];
      }
      const double clip = std::sqrt(squares) > o.clip_norm ? o.clip_norm / std::sqrt(squares) : 1;
      const double rate =
          learning_rate_at(schedule_row(o.schedule), o.learning_rate, o.warmup, step - 1, o.max_epochs * steps);
      const double fade = learning_rate_at(schedule_row(o.fade), 1, 0, step - 1, o.max_epochs * steps);
      for (std::size_t i = 0; i < w.size(); ++i) {
        const double decay = roles[i].kind == Kind::weight ? o.weight_decay * fade * w[i] : 0;
        velocity[i] = o.momentum * velocity[i] + g[i] * clip + decay;
        w[i] -= rate * roles[i].rate * velocity[i];
      }
    }
  }
  return w;
}

TEST(Loop, FollowsTheReferenceStepByStep) {
  Rng rng(1, RngPurpose::simulation, 10);
  for (int i = 0; i < 14; ++i) {
    auto p = random_problem(**find_activation(i % 2 == 0 ? "tanh" : "silu"), static_cast<LossKind>(i % 7), 22, rng);
    p.spec.norm = NormKind::none;
    if (p.spec.numeric_columns.size() > 1) p.spec.numeric_columns.resize(1);  // every value is nudged twice a step
    p.spec.dropout = 0;
    p.spec.ntk = i % 4 == 1;
    if (i % 4 > 1) p.spec.bias_rate = p.spec.numeric_rate = 0.3;
    TrainOptions o;
    if (i % 2 == 1) o.fade = ScheduleKind::flat_cosine;
    o.optimizer = OptimizerKind::momentum;
    o.learning_rate = 0.1;
    o.weight_decay = 0.1;
    o.clip_norm = 0.3;
    o.batch = 8;
    o.schedule = ScheduleKind::cosine;
    o.warmup = 0.2;
    o.max_epochs = 3;
    o.label_smoothing = 0.05;
    if (i % 3 == 1) o.accumulate = 2;
    if (i % 3 == 2) o.mixup = 0.5;
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
