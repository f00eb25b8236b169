// The fastest training step of the native trainer, for each class of network; bench/trainer.py sets it beside torch.
// Usage: trainer_bench [CASE [SECONDS]]   (a case: see `cases`; default: all of them, 1 s each)
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/rng.hpp"
#include "base/text.hpp"
#include "nn/trainer.hpp"

namespace {

using namespace hone;

/// One class of network. Inputs are bytes where `inputs` is an image's size, floats otherwise.
struct Case {
  std::string name;
  std::size_t rows, inputs, outputs;
  std::vector<std::size_t> hidden;
  std::size_t batch;
};

std::vector<Case> cases() {
  return {{"tab/64", 2000, 20, 2, {32, 32}, 64},
          {"64/32", 60000, 784, 10, {64}, 32},
          {"64/128", 60000, 784, 10, {64}, 128},
          {"128x64/128", 60000, 784, 10, {128, 64}, 128},
          {"512x512/32", 60000, 784, 10, {512, 512}, 32},
          {"512x512/128", 60000, 784, 10, {512, 512}, 128},
          {"256x5/128", 60000, 784, 10, {256, 256, 256, 256, 256}, 128},
          {"256x5/512", 60000, 784, 10, {256, 256, 256, 256, 256}, 512}};
}

/// Random rows; the numbers do not matter, where they lie does.
void fill(const Case& c, Features& features, Targets& targets) {
  Rng rng(7, RngPurpose::simulation, 0);
  features.rows = c.rows;
  features.dense_width = c.inputs;
  if (c.inputs == 784) {
    features.bytes.resize(c.rows * c.inputs);
    for (auto& byte : features.bytes) byte = static_cast<std::uint8_t>(rng.next() >> 24);
    features.byte_scale = 1.0f / 255;
  } else {
    features.dense.resize(c.rows * c.inputs);
    for (auto& x : features.dense) x = static_cast<float>(rng.uniform() * 2 - 1);
  }
  for (std::size_t r = 0; r < c.rows; ++r)
    targets.labels.push_back(static_cast<std::int32_t>(rng.below(static_cast<std::uint32_t>(c.outputs))));
}

/// Floating-point operations of one step: forward, dW and (but for the first layer) dX.
double operations(const NetworkSpec& spec, std::size_t batch) {
  return 2 * epoch_operations(spec, batch);
}

Result<void> measure(const Case& c, double seconds) {
  Features features;
  Targets targets;
  fill(c, features, targets);
  NetworkSpec spec;
  spec.dense_width = c.inputs;
  spec.hidden = c.hidden;
  HONE_TRY(spec.activation, find_activation("relu"));
  spec.outputs = c.outputs;
  TrainOptions options;
  options.batch = c.batch;
  HONE_TRY(const auto trainer, Trainer::create(spec, options, {}, features, targets));
  double fastest = 1e9;
  const double start = system_clock().monotonic_seconds();
  do {
    HONE_TRY(const EpochStats stats, trainer->train_epoch());
    fastest = std::min(fastest, stats.fastest_step);
  } while (system_clock().monotonic_seconds() - start < seconds);
  fmt::print("{} {:.2f} us {:.1f} GFLOP/s\n", c.name, 1e6 * fastest, operations(spec, c.batch) / fastest * 1e-9);
  return {};
}

}  // namespace

int main(int count, char** words) {
  const std::string only = count > 1 ? words[1] : "all";
  const double seconds = count > 2 ? parse_number(words[2]).value_or(1) : 1;
  for (const Case& c : cases()) {
    if (only != "all" && only != c.name) continue;
    if (auto done = measure(c, seconds); !done) {
      fmt::print(stderr, "{}\n", done.error().message);
      return 1;
    }
  }
  return 0;
}
