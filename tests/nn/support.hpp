/// What the tests of the room nn share: random data, random networks.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "nn/trainer.hpp"

namespace hone::test {

inline std::size_t between(Rng& rng, std::size_t low, std::size_t high) {
  return low + rng.below(static_cast<std::uint32_t>(high - low + 1));
}

struct Problem {
  NetworkSpec spec;
  Features features;
  Targets targets;
};

/// Random features that fit `spec`, bytes or floats.
inline Features random_features(const NetworkSpec& spec, std::size_t rows, bool bytes, Rng& rng) {
  Features f;
  f.rows = rows;
  f.dense_width = spec.dense_width;
  f.category_width = spec.cardinalities.size();
  for (std::size_t i = 0; i < rows * spec.dense_width; ++i) {
    if (bytes)
      f.bytes.push_back(static_cast<std::uint8_t>(rng.below(256)));
    else
      f.dense.push_back(static_cast<float>(rng.uniform() * 4 - 2));
  }
  f.byte_scale = 1 / 64.0f;
  f.byte_shift = -2;
  for (std::size_t r = 0; r < rows; ++r)
    for (const std::size_t levels : spec.cardinalities)
      f.categories.push_back(static_cast<std::int32_t>(rng.below(static_cast<std::uint32_t>(levels))));
  return f;
}

inline Targets random_targets(const NetworkSpec& spec, std::size_t rows, Rng& rng) {
  Targets t;
  const bool labels = loss_task(spec.loss) == Task::classification;
  const auto classes = static_cast<std::uint32_t>(std::max<std::size_t>(spec.outputs, 2));
  for (std::size_t r = 0; r < rows; ++r) {
    if (labels)
      t.labels.push_back(static_cast<std::int32_t>(rng.below(classes)));
    else
      t.values.push_back(static_cast<float>(rng.uniform() * 4 - 2));
  }
  return t;
}

/// A small random architecture with that activation and loss; every kind of layer turns up.
inline Problem random_problem(const Activation& activation, LossKind loss, std::size_t rows, Rng& rng) {
  Problem p;
  p.spec.dense_width = between(rng, 1, 18);
  for (std::size_t i = between(rng, 0, 2); i > 0; --i) {
    p.spec.cardinalities.push_back(between(rng, 1, 6));
    p.spec.embedding_widths.push_back(between(rng, 1, 4));
  }
  for (std::size_t i = between(rng, 0, 3); i > 0; --i) p.spec.hidden.push_back(between(rng, 1, 18));
  p.spec.activation = &activation;
  p.spec.norm = static_cast<NormKind>(rng.below(4) % 3);
  p.spec.residual = rng.below(3) == 0;
  if (!p.spec.hidden.empty() && rng.below(3) == 0) p.spec.members = between(rng, 2, 4);
  if (!p.spec.hidden.empty() && rng.below(3) == 0) p.spec.front_scale = 6;
  if (rng.below(3) == 0) p.spec.parametric_activation = 0.1;
  p.spec.dropout = rng.below(3) == 0 ? 0.3 : 0;
  p.spec.loss = loss;
  const bool many = loss == LossKind::softmax_cross_entropy || loss == LossKind::focal;
  p.spec.outputs = many ? between(rng, 2, 20) : 1;
  p.spec.huber_delta = 0.7;
  p.spec.focal_gamma = 1.5;
  p.spec.quantile = 0.3;
  p.spec.poisson_ratio = 0.4;
  const bool bytes = rng.below(2) == 0;
  if (!bytes) {
    p.spec.numeric_bins = between(rng, 0, 20);
    if (rng.below(3) == 0) {
      p.spec.numeric_bins = 0;
      p.spec.numeric_frequencies = between(rng, 1, 20);
    }
    for (std::size_t c = 0; c < p.spec.dense_width; ++c)
      if (rng.below(8) == 0) p.spec.numeric_columns.push_back(c);
  }
  p.features = random_features(p.spec, rows, bytes, rng);
  p.targets = random_targets(p.spec, rows, rng);
  return p;
}

inline std::string describe(const NetworkSpec& spec) {
  std::string text = std::string(spec.activation->name) + " " + loss_names()[static_cast<std::size_t>(spec.loss)] +
                     " dense " + std::to_string(spec.dense_width) + " hidden";
  for (const std::size_t n : spec.hidden) text += " " + std::to_string(n);
  return text + " embeddings " + std::to_string(spec.cardinalities.size()) + " numbers " +
         std::to_string(spec.embedded_numbers()) + " of " + std::to_string(spec.numeric_bins) + " bins or " +
         std::to_string(spec.numeric_frequencies) + " waves, norm " + std::string(norm_name(spec.norm)) + " members " +
         std::to_string(spec.members) + (spec.residual ? " residual" : "") +
         (spec.front_scale > 0 ? " front scale" : "") + (spec.parametric_activation > 0 ? " parametric" : "") +
         (spec.dropout > 0 ? " dropout" : "");
}

}  // namespace hone::test
