// What a trial of an external program costs above the program itself: `hone tune` of a program that only prints a
// value, beside the plain start of the same program.
// Usage: tune_overhead_bench [FOLDER [TRIALS]]   (the folder's disk is what is synced to; default: the current one)
//
// The median trial, from one start to the next: others on the machine disturb few of them.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/text.hpp"
#include "cli/tune_setup.hpp"
#include "engine/run_loop.hpp"

namespace {

using namespace hone;

double now() {
  return system_clock().monotonic_seconds();
}

/// Seconds from the start of the program to its end, its output read through a pipe.
double plain_start() {
  const double start = now();
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::exit(1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string name = "/bin/echo", word = "hone: {\"value\": 0.5}";
  char* words[] = {name.data(), word.data(), nullptr};
  pid_t process = 0;
  if (::posix_spawn(&process, name.c_str(), &actions, nullptr, words, ::environ) != 0) std::exit(1);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::array<char, 4096> output;
  while (::read(ends[0], output.data(), output.size()) > 0) {
  }
  ::close(ends[0]);
  ::waitpid(process, nullptr, 0);
  return now() - start;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

/// Notes when each trial starts.
class TimedRunner final : public Runner {
 public:
  explicit TimedRunner(Runner& inner) : inner_(inner) {}
  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override {
    starts_.push_back(now());
    return inner_.run(requests, observer);
  }
  double median_seconds() const {
    std::vector<double> periods;
    for (std::size_t i = 1; i < starts_.size(); ++i) periods.push_back(starts_[i] - starts_[i - 1]);
    return median(std::move(periods));
  }

 private:
  Runner& inner_;
  std::vector<double> starts_;
};

/// Median seconds of a trial, one at a time.
Result<double> tuned(const std::string& url, std::int64_t trials, const std::filesystem::path& folder) {
  TuneWishes wishes;
  wishes.command = {"/bin/echo", "hone: {{\"value\": {x:0..1.0}}}"};
  wishes.sampler = "random";
  wishes.trials = trials;
  HONE_TRY(const TuneSetup setup, tune_setup({}, wishes));
  HONE_TRY(const auto store, open_store(url, true));
  HONE_TRY(const auto study, Study::open(*store, setup.record, setup.space, setup.options));
  HONE_TRY(const auto runner, tune_runner(setup, folder));
  TimedRunner timed(*runner);
  HONE_TRY_VOID(run_study(*study, timed, {}));
  if (study->counts().complete != trials) return fail(Error::Kind::failed, "a trial failed");
  return timed.median_seconds();
}

/// Median seconds of a 4 KiB append followed by fdatasync: the least that a durable answer costs on this disk.
double sync_seconds(const std::filesystem::path& folder) {
  const auto path = folder / "sync-probe";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const std::vector<char> block(4096, 'x');
  std::vector<double> seconds;
  for (int i = 0; i < 200; ++i) {
    const double start = now();
    if (::write(file, block.data(), block.size()) < 0 || ::fdatasync(file) != 0) return -1;
    seconds.push_back(now() - start);
  }
  ::close(file);
  ::unlink(path.c_str());
  return median(std::move(seconds));
}

}  // namespace

int main(int count, char** words) {
  const std::filesystem::path parent = count > 1 ? words[1] : ".";
  const std::int64_t trials = count > 2 ? parse_integer(words[2]).value_or(300) : 300;
  std::string pattern = (parent / "tune-overhead-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return 1;
  const std::filesystem::path folder = std::filesystem::absolute(pattern);
  std::vector<double> starts;
  for (std::int64_t i = 0; i < trials; ++i) starts.push_back(plain_start());
  const double plain = median(starts);
  const auto memory = tuned("memory://", trials, folder);
  const auto disk = tuned("sqlite:///" + (folder / "bench.db").string(), trials, folder);
  const double sync = sync_seconds(folder);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!memory || !disk) {
    fmt::print(stderr, "{}\n", (memory ? disk : memory).error().message);
    return 1;
  }
  fmt::print("{} trials of /bin/echo, one at a time; median ms per trial\n", trials);
  fmt::print("plain start of the program     {:6.2f}\n", 1e3 * plain);
  fmt::print("hone tune, study in memory     {:6.2f}  above the start {:6.2f}\n", 1e3 * *memory,
             1e3 * (*memory - plain));
  fmt::print("hone tune, SQLite, durable     {:6.2f}  above the start {:6.2f}  (one sync of this disk: {:.2f})\n",
             1e3 * *disk, 1e3 * (*disk - plain), 1e3 * sync);
  return 0;
}
