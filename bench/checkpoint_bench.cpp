// What a pause costs: the move of a state, its way through the runner's memory, a copy beside memcpy, a file.
// Usage: checkpoint_bench [FOLDER]   (where files are written; default: the folder for temporary files)
#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "runners/paused_trials.hpp"
#include "trial/runner.hpp"

namespace {

using namespace hone;

struct Times {
  std::vector<double> seconds;
  template <class Work>
  void add(Work&& work) {
    const double start = system_clock().monotonic_seconds();
    work();
    seconds.push_back(system_clock().monotonic_seconds() - start);
  }
  double fastest() const { return *std::ranges::min_element(seconds); }
  double median() {
    std::ranges::sort(seconds);
    return seconds[seconds.size() / 2];
  }
};

Result<void> measure(const std::string& name, std::size_t inputs, std::vector<std::size_t> hidden,
                     const std::filesystem::path& folder) {
  Features features;
  Targets targets;
  features.rows = 64;
  features.dense_width = inputs;
  features.dense.resize(64 * inputs);
  targets.labels.resize(64);
  NetworkSpec spec;
  spec.dense_width = inputs;
  spec.hidden = std::move(hidden);
  HONE_TRY(spec.activation, find_activation("relu"));
  spec.outputs = 2;
  TrainOptions options;
  options.average = 0.5;
  HONE_TRY(auto trainer, Trainer::create(spec, options, {}, features, targets));
  HONE_TRY_VOID(trainer->train_epoch());
  const std::size_t bytes = trainer->state().bytes();

  PausedTrials paused(4 * bytes);
  Times move, create, copy, plain, file, read;
  Buffer target(bytes / sizeof(float)), from(bytes / sizeof(float));
  const auto checkpoint = checkpoint_file(folder, 1, 1);
  for (int round = 0; round < 25; ++round) {
    copy.add([&] { std::memcpy(target.data(), trainer->state().arena.data(), bytes); });
    plain.add([&] { std::memcpy(target.data(), from.data(), bytes); });
    Result<void> written;
    file.add([&] { written = write_checkpoint(checkpoint, 1, {}, trainer->state()); });
    HONE_TRY_VOID(written);
    Result<RunProgress> back;
    read.add([&] { back = read_checkpoint(checkpoint, 1, *trainer); });
    HONE_TRY_VOID(back);
    Result<void> put;
    std::optional<PausedTrial> taken;
    move.add([&] { put = paused.put({1, 1, 1, {}, trainer->release(), 0, folder}); });
    HONE_TRY_VOID(put);
    Result<std::unique_ptr<Trainer>> next;
    create.add([&] {
      taken = paused.take(1, 1);
      next = Trainer::resume(spec, options, {}, features, targets, std::move(taken->state));
    });
    HONE_TRY(trainer, std::move(next));
  }
  const double size = static_cast<double>(bytes);
  fmt::print(
      "{:<12} {:>8.2f} MB  pause {:.2f} us (fastest {:.2f})  resume {:.0f} us  copy {:.1f} GB/s  memcpy {:.1f} "
      "GB/s  file {:.0f} us ({:.2f} GB/s)  read {:.0f} us\n",
      name, size / 1e6, 1e6 * move.median(), 1e6 * move.fastest(), 1e6 * create.median(), size / copy.median() / 1e9,
      size / plain.median() / 1e9, 1e6 * file.median(), size / file.median() / 1e9, 1e6 * read.median());
  return {};
}

}  // namespace

int main(int count, char** words) {
  const std::filesystem::path base =
      count > 1 ? std::filesystem::path(words[1]) : std::filesystem::temp_directory_path();
  const auto folder = base / fmt::format("hone-checkpoint-bench-{}", ::getpid());
  std::filesystem::create_directories(folder);
  Result<void> done;
  for (const auto& [name, inputs, hidden] : {std::tuple{"32x32", std::size_t{20}, std::vector<std::size_t>{32, 32}},
                                             {"128x128", std::size_t{100}, {128, 128}},
                                             {"512x512", std::size_t{784}, {512, 512}},
                                             {"2048x2048x2048", std::size_t{784}, {2048, 2048, 2048}}})
    if (done) done = measure(name, inputs, hidden, folder);
  std::filesystem::remove_all(folder);
  if (!done) fmt::print(stderr, "{}\n", done.error().message);
  return done ? 0 : 1;
}
