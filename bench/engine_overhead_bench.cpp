// What a trial costs besides its training: ask + report + tell + store, with TPE on SQLite.
// Usage: engine_overhead_bench [FOLDER [TRIALS]]   (the folder's disk is what is measured; default: the current one)
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"
#include "engine/study.hpp"

namespace {

using namespace hone;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

/// Median seconds of a 4 KiB append followed by fdatasync: the least that a durable answer costs on this disk.
double sync_seconds(const std::filesystem::path& folder) {
  const auto path = folder / "sync-probe";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const std::vector<char> block(4096, 'x');
  std::vector<double> seconds;
  for (int i = 0; i < 200; ++i) {
    const double start = system_clock().monotonic_seconds();
    if (::write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) || ::fdatasync(fd) != 0)
      return -1;
    seconds.push_back(system_clock().monotonic_seconds() - start);
  }
  ::close(fd);
  ::unlink(path.c_str());
  return median(seconds);
}

/// Ten parameters of mixed kinds, one of them conditional.
Result<Space> ten_parameters() {
  std::vector<Parameter> parameters;
  for (int i = 0; i < 5; ++i) {
    Parameter real;
    real.name = fmt::format("x{}", i);
    real.low = 1e-5;
    real.log = i % 2 == 0;
    parameters.push_back(real);
  }
  for (int i = 0; i < 3; ++i) {
    Parameter whole;
    whole.name = fmt::format("n{}", i);
    whole.type = ParameterType::int_;
    whole.low = 1;
    whole.high = 100;
    parameters.push_back(whole);
  }
  Parameter choice;
  choice.name = "c";
  choice.type = ParameterType::categorical;
  choice.choices = {std::string("a"), std::string("b"), std::string("d")};
  parameters.push_back(choice);
  Parameter child;
  child.name = "child";
  child.when = "c == 'a'";
  parameters.push_back(child);
  return Space::make(std::move(parameters));
}

double objective(const Configuration& configuration) {
  double sum = 0;
  for (const auto& [name, value] : configuration.entries()) {
    const double x = value_number(value);
    if (x == x) sum += (std::log(x) + 1) * (std::log(x) + 1);
  }
  return sum;
}

Result<void> run(const std::filesystem::path& folder, std::int64_t trials) {
  const auto database = std::filesystem::absolute(folder / "overhead.db");
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database.string() + suffix);
  HONE_TRY(const auto store, open_store("sqlite:///" + database.string(), true));
  HONE_TRY(Space made, ten_parameters());
  const auto space = std::make_shared<const Space>(std::move(made));
  StudyRecord record;
  record.name = "overhead";
  record.kind = "bench";
  record.directions = {"minimize"};
  record.metrics = {"loss"};
  record.study_file = space->to_toml();
  StudyOptions options;
  options.sampler = "tpe";
  options.trials = trials;
  HONE_TRY(const auto study, Study::open(*store, record, space, options));

  std::vector<double> cpu, wall, ask_cpu;
  for (;;) {
    const double wall_start = system_clock().monotonic_seconds(), cpu_start = system_clock().thread_cpu_seconds();
    HONE_TRY(const Work work, study->next());
    const auto* assignment = std::get_if<Assignment>(&work);
    if (!assignment) break;
    ask_cpu.push_back(system_clock().thread_cpu_seconds() - cpu_start);
    const double value = objective(assignment->request.configuration);
    HONE_TRY_VOID(study->report(*assignment, 1, value));
    RunOutcome outcome;
    outcome.state = TrialState::complete;
    outcome.values = {value};
    HONE_TRY_VOID(study->finish(*assignment, outcome, 0));
    cpu.push_back(system_clock().thread_cpu_seconds() - cpu_start);
    wall.push_back(system_clock().monotonic_seconds() - wall_start);
  }
  const std::vector<double> last(cpu.end() - static_cast<std::ptrdiff_t>(cpu.size() / 10), cpu.end());
  const double sync = sync_seconds(folder);
  fmt::print("{} trials of 10 parameters, TPE, SQLite\n", cpu.size());
  fmt::print("CPU per trial    median {:.3f} ms (ask {:.3f} ms); the last tenth {:.3f} ms\n", 1e3 * median(cpu),
             1e3 * median(ask_cpu), 1e3 * median(last));
  fmt::print("wall per trial   median {:.3f} ms; one fdatasync of this disk {:.3f} ms; ratio {:.2f}\n",
             1e3 * median(wall), 1e3 * sync, median(wall) / sync);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database.string() + suffix);
  return {};
}

}  // namespace

int main(int count, char** words) {
  const std::filesystem::path folder = count > 1 ? words[1] : ".";
  const std::int64_t trials = count > 2 ? parse_integer(words[2]).value_or(1000) : 1000;
  if (auto done = run(folder, trials); !done) {
    fmt::print(stderr, "{}\n", done.error().message);
    return 1;
  }
  return 0;
}
