// What a trial of an external program costs above the program itself: `hone tune` of a program that only prints a
// value, beside the plain start of the same program.
// Usage: tune_overhead_bench [FOLDER [TRIALS]]   (the folder's disk is what is synced to; default: the current one)
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

/// Seconds per trial of a study of so many, one at a time.
Result<double> tuned(const std::string& url, std::int64_t trials, const std::filesystem::path& folder) {
  TuneWishes wishes;
  wishes.command = {"/bin/echo", "hone: {{\"value\": {x:0..1.0}}}"};
  wishes.sampler = "random";
  wishes.trials = trials;
  HONE_TRY(const TuneSetup setup, tune_setup({}, wishes));
  HONE_TRY(const auto store, open_store(url, true));
  HONE_TRY(const auto study, Study::open(*store, setup.record, setup.space, setup.options));
  HONE_TRY(const auto runner, tune_runner(setup, folder));
  const double start = now();
  HONE_TRY_VOID(run_study(*study, *runner, {}));
  const double seconds = now() - start;
  if (study->counts().complete != trials) return fail(Error::Kind::failed, "a trial failed: see the logs");
  return seconds / static_cast<double>(trials);
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
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

}  // namespace

int main(int count, char** words) {
  const std::filesystem::path parent = count > 1 ? words[1] : ".";
  const std::int64_t trials = count > 2 ? parse_integer(words[2]).value_or(300) : 300;
  std::string pattern = (parent / "tune-overhead-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return 1;
  const std::filesystem::path folder = std::filesystem::absolute(pattern);
  const auto plain = [&] {
    double sum = 0;
    for (std::int64_t i = 0; i < trials; ++i) sum += plain_start();
    return sum / static_cast<double>(trials);
  };
  const double before = plain();
  const auto in_memory = tuned("memory://", trials, folder);
  const auto on_disk = tuned("sqlite:///" + (folder / "bench.db").string(), trials, folder);
  const double after = plain(), start = (before + after) / 2;
  const double sync = sync_seconds(folder);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!in_memory || !on_disk) {
    fmt::print(stderr, "{}\n", (in_memory ? on_disk : in_memory).error().message);
    return 1;
  }
  fmt::print("{} trials of /bin/echo, one at a time, ms per trial\n", trials);
  fmt::print("plain start of the program     {:6.2f}\n", 1e3 * start);
  fmt::print("hone tune, study in memory     {:6.2f}  above the start {:6.2f}\n", 1e3 * *in_memory,
             1e3 * (*in_memory - start));
  fmt::print("hone tune, SQLite, durable     {:6.2f}  above the start {:6.2f}  (one sync of this disk: {:.2f})\n",
             1e3 * *on_disk, 1e3 * (*on_disk - start), 1e3 * sync);
  return 0;
}
