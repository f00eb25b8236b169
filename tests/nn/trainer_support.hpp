/// What the tests of the training loop share: random options, a problem that no line can separate.
#pragma once
#include <cmath>
#include <memory>

#include "support.hpp"

namespace hone::test {

template <class T>
T pick(Rng& rng, std::initializer_list<T> from) {
  return from.begin()[rng.below(static_cast<std::uint32_t>(from.size()))];
}

inline TrainOptions random_options(Rng& rng) {
  TrainOptions o;
  o.optimizer = static_cast<OptimizerKind>(rng.below(6));
  o.schedule = static_cast<ScheduleKind>(rng.below(6));
  o.learning_rate = pick(rng, {0.001, 0.01});
  o.weight_decay = pick(rng, {0.0, 0.01});
  o.fade = pick(rng, {ScheduleKind::constant, ScheduleKind::flat_cosine});
  o.warmup = pick(rng, {0.0, 0.2});
  o.label_smoothing = pick(rng, {0.0, 0.1});
  o.clip_norm = pick(rng, {0.0, 0.5});
  o.average = pick(rng, {0.0, 0.5, 2.0});
  o.mixup = pick(rng, {0.0, 0.0, 0.4});
  o.accumulate = pick(rng, {1u, 1u, 3u});
  o.class_balance = pick(rng, {0.0, 0.0, 0.7});
  o.batch = between(rng, 2, 40);
  o.max_epochs = 6;
  return o;
}

inline Problem random_any_problem(std::size_t rows, Rng& rng) {
  const auto& activation = all_activations()[rng.below(static_cast<std::uint32_t>(all_activations().size()))];
  return random_problem(activation, static_cast<LossKind>(rng.below(static_cast<std::uint32_t>(loss_names().size()))),
                        rows, rng);
}

inline std::unique_ptr<Trainer> make(const Problem& p, const TrainOptions& o, const TrainSeed& seed = {7, 3, 1}) {
  auto made = Trainer::create(p.spec, o, seed, p.features, p.targets);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return std::move(*made);
}

/// Two half-moons: not separable by a line.
inline Problem moons(std::size_t rows) {
  Problem p;
  Rng rng(3, RngPurpose::simulation, 0);
  p.spec.dense_width = 2;
  p.spec.hidden = {16, 16};
  p.spec.activation = *find_activation("relu");
  p.spec.outputs = 2;
  p.features.rows = rows;
  p.features.dense_width = 2;
  for (std::size_t r = 0; r < rows; ++r) {
    const bool upper = rng.below(2) == 0;
    const double angle = M_PI * rng.uniform(), noise = 0.15;
    const double x = upper ? std::cos(angle) : 1 - std::cos(angle), y = upper ? std::sin(angle) : 0.5 - std::sin(angle);
    p.features.dense.push_back(static_cast<float>(x + noise * (rng.uniform() - 0.5)));
    p.features.dense.push_back(static_cast<float>(y + noise * (rng.uniform() - 0.5)));
    p.targets.labels.push_back(upper ? 0 : 1);
  }
  return p;
}

}  // namespace hone::test
