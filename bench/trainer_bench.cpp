// The fastest training step of the native trainer, for each class of network; bench/trainer.py sets it beside torch.
// Usage: trainer_bench [CASE [SECONDS]]: a case of `cases`; default: all of them, 1 s each
// or trainer_bench pairs [SECONDS]: steps a second of two runs on two threads, free and pinned, divided by those of one
// or trainer_bench roofline: operations and bytes of a step, and how much of its time the bytes alone would take
#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
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
  Precision precision = Precision::float32;
};

std::vector<Case> cases() {
  return {{"tab/64", 2000, 20, 2, {32, 32}, 64},
          {"64/32", 60000, 784, 10, {64}, 32},
          {"64/128", 60000, 784, 10, {64}, 128},
          {"128x64/128", 60000, 784, 10, {128, 64}, 128},
          {"512x512/32", 60000, 784, 10, {512, 512}, 32},
          {"512x512/128", 60000, 784, 10, {512, 512}, 128},
          {"512x512/128/bf16", 60000, 784, 10, {512, 512}, 128, Precision::bfloat16},
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

NetworkSpec spec_of(const Case& c) {
  NetworkSpec spec;
  spec.dense_width = c.inputs;
  spec.hidden = c.hidden;
  spec.activation = *find_activation("relu");
  spec.outputs = c.outputs;
  return spec;
}

Result<std::unique_ptr<Trainer>> trainer_of(const Case& c, const Features& features, const Targets& targets) {
  TrainOptions options;
  options.batch = c.batch;
  options.precision = c.precision;
  return Trainer::create(spec_of(c), options, {}, features, targets);
}

void pin_to(std::size_t core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/// Epochs of `runs` trainers at once, for `seconds`, each on its own core if `pinned`: steps a second of all of them.
Result<double> rate(const Case& c, const Features& features, const Targets& targets, int runs, bool pinned,
                    double seconds) {
  std::vector<std::unique_ptr<Trainer>> trainers;
  for (int i = 0; i < runs; ++i) {
    HONE_TRY(auto trainer, trainer_of(c, features, targets));
    trainers.push_back(std::move(trainer));
  }
  const double start = system_clock().monotonic_seconds();
  std::vector<double> rates(trainers.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < trainers.size(); ++t)
      threads.emplace_back([&, t] {
        if (pinned) pin_to(t);
        double steps = 0, now = start;
        do {
          if (!trainers[t]->train_epoch()) return;
          steps += static_cast<double>(c.rows / c.batch);
          now = system_clock().monotonic_seconds();
        } while (now - start < seconds);
        rates[t] = steps / (now - start);
      });
  }
  double all = 0;
  for (const double one : rates) all += one;
  return all;
}

Result<void> pairs(double seconds) {
  for (const Case& c : cases()) {
    Features features;
    Targets targets;
    fill(c, features, targets);
    double one = 0, two = 0, fixed = 0;
    for (int pass = 0; pass < 5; ++pass) {  // in turn; the fastest of each
      HONE_TRY(const double alone, rate(c, features, targets, 1, false, seconds));
      HONE_TRY(const double both, rate(c, features, targets, 2, false, seconds));
      HONE_TRY(const double pinned, rate(c, features, targets, 2, true, seconds));
      one = std::max(one, alone);
      two = std::max(two, both);
      fixed = std::max(fixed, pinned);
    }
    fmt::print("{}: {:.0f} steps a second alone, {:.0f} of two at once: {:.2f}; pinned {:.2f}\n", c.name, one, two,
               two / one, fixed / one);
  }
  return {};
}

/// Bytes that a step of Adam touches at least, each array counted whenever a pass over it begins: weights forward and
/// for dX, dW written, the optimizer's pass (dW, W, two moments read, three written, and W transposed), the activations
/// three times (forward, derivative, dW), the minibatch.
double bytes_touched(const Case& c) {
  const NetworkSpec spec = spec_of(c);
  double units = 0;
  for (const std::size_t n : c.hidden) units += static_cast<double>(n);
  const double weights = static_cast<double>(spec.parameters()) * 4 * (1 + 1 + 1 + 8);
  const double rows = static_cast<double>(c.batch);
  const double data = rows * static_cast<double>(c.inputs) * (c.inputs == 784 ? 1 : 4);
  return weights + 3 * 2 * 4 * rows * units + data;
}

/// Fastest time of some rounds.
template <class Work>
double fastest_of(int rounds, Work work) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const double start = system_clock().monotonic_seconds();
    work();
    best = std::min(best, system_clock().monotonic_seconds() - start);
  }
  return best;
}

/// Bytes a second of one core that reads one array and writes another, both of `bytes`.
double copy_rate(std::size_t bytes) {
  std::vector<char> from(bytes, 1), to(bytes);
  const std::size_t times = std::max<std::size_t>(1, (std::size_t{64} << 20) / bytes);
  const double seconds = fastest_of(20, [&] {
    for (std::size_t i = 0; i < times; ++i) {
      std::memcpy(to.data(), from.data(), bytes);
      asm volatile("" : : "r"(to.data()) : "memory");
    }
  });
  return 2.0 * static_cast<double>(bytes * times) / seconds;
}

Result<void> roofline() {
  constexpr std::size_t near = 128 << 10, middle = 8 << 20, far = 256 << 20;
  const double rates[] = {copy_rate(near), copy_rate(middle), copy_rate(far)};
  fmt::print("copying, GB/s read and written: {:.1f} within 256 kB, {:.1f} within 16 MB, {:.1f} beyond\n",
             rates[0] * 1e-9, rates[1] * 1e-9, rates[2] * 1e-9);
  for (const Case& c : cases()) {
    Features features;
    Targets targets;
    fill(c, features, targets);
    HONE_TRY(const auto trainer, trainer_of(c, features, targets));
    double seconds = 1e9;
    fastest_of(c.rows > 10000 ? 3 : 40, [&] {
      if (const auto stats = trainer->train_epoch()) seconds = std::min(seconds, stats->fastest_step);
    });
    const double flops = operations(spec_of(c), c.batch), bytes = bytes_touched(c);
    const double state = static_cast<double>(spec_of(c).parameters()) * 4 * 5;  // W, its transpose, dW, two moments
    const double rate = state < 2e5 ? rates[0] : state < 16e6 ? rates[1] : rates[2];
    fmt::print(
        "{}: {:.2f} MFLOP, {:.2f} MB touched ({:.1f} FLOP a byte), state {:.2f} MB; {:.1f} us; its bytes alone {:.1f} "
        "us, {:.0f} % of the step\n",
        c.name, flops * 1e-6, bytes * 1e-6, flops / bytes, state * 1e-6, seconds * 1e6, bytes / rate * 1e6,
        100 * bytes / rate / seconds);
  }
  return {};
}

Result<void> measure(const Case& c, double seconds) {
  Features features;
  Targets targets;
  fill(c, features, targets);
  HONE_TRY(const auto trainer, trainer_of(c, features, targets));
  double fastest = 1e9;
  const double start = system_clock().monotonic_seconds();
  do {
    HONE_TRY(const EpochStats stats, trainer->train_epoch());
    fastest = std::min(fastest, stats.fastest_step);
  } while (system_clock().monotonic_seconds() - start < seconds);
  fmt::print("{} {:.2f} us {:.1f} GFLOP/s\n", c.name, 1e6 * fastest, operations(spec_of(c), c.batch) / fastest * 1e-9);
  return {};
}

}  // namespace

int main(int count, char** words) {
  const std::string only = count > 1 ? words[1] : "all";
  const double seconds = count > 2 ? parse_number(words[2]).value_or(1) : 1;
  if (only == "pairs" || only == "roofline") {
    const auto done = only == "pairs" ? pairs(seconds) : roofline();
    if (!done) fmt::print(stderr, "{}\n", done.error().message);
    return done ? 0 : 1;
  }
  for (const Case& c : cases()) {
    if (only != "all" && only != c.name) continue;
    if (only == "all" && !check_precision(c.precision)) continue;  // not on this processor
    if (auto done = measure(c, seconds); !done) {
      fmt::print(stderr, "{}\n", done.error().message);
      return 1;
    }
  }
  return 0;
}
