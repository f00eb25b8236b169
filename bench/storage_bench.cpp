// What a store costs: trials per second by processes and threads, the latency of an ask in a large study, opening it.
//
// usage: storage_bench syncs FOLDER                       4 KiB appends with fdatasync, per second
//        storage_bench trials URL PROCESSES THREADS SECONDS   ask + tell of 5 floats by `random`, nothing between
//        storage_bench ask URL TRIALS                     the store's part of an ask behind 1,000 and TRIALS trials;
//                                                         makes those that are not there
//        storage_bench list URL STUDIES                   `hone study list` of so many studies of ten trials
// Without arguments: nothing; bench/storage.py runs them beside Optuna.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"
#include "engine/study.hpp"

namespace {

using namespace hone;

double now() {
  return system_clock().monotonic_seconds();
}

template <class T>
T value_or_exit(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "storage_bench: {}\n", result.error().message);
  std::_Exit(1);
}

std::shared_ptr<const Space> five_floats() {
  std::vector<Parameter> parameters(5);
  for (std::size_t i = 0; i < 5; ++i) {
    parameters[i].name = fmt::format("x{}", i);
    parameters[i].low = -5;
    parameters[i].high = 5;
  }
  return std::make_shared<const Space>(*Space::make(std::move(parameters)));
}

std::unique_ptr<Study> open(Store& store, const std::string& name) {
  const auto space = five_floats();
  StudyRecord record;
  record.name = name;
  record.kind = "library";
  record.directions = {"minimize"};
  record.metrics = {"value"};
  record.study_file = "format = 1\n" + space->to_toml();
  record.space_hash = hash_text(space->to_toml());
  StudyOptions options;
  options.sampler = "random";
  options.retries = 1'000'000;
  options.kernel_id = HONE_VERSION;
  return value_or_exit(Study::open(store, record, space, options));
}

void one_trial(Study& study) {
  const Work work = value_or_exit(study.next());
  const auto& assignment = std::get<Assignment>(work);
  RunOutcome outcome;
  outcome.state = TrialState::complete;
  double sum = 0;
  for (const auto& [name, value] : assignment.request.configuration.entries()) {
    const double x = value_number(value);
    sum += x * x;
  }
  outcome.values = {sum};
  if (auto done = study.finish(assignment, outcome, 0); !done) {
    fmt::print(stderr, "storage_bench: {}\n", done.error().message);
    std::_Exit(1);
  }
}

int syncs(const std::filesystem::path& folder) {
  const auto path = folder / "sync-probe";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const std::vector<char> block(4096, 'x');
  const double start = now();
  int count = 0;
  for (; now() - start < 2; ++count)
    if (::write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()) || ::fdatasync(fd) != 0) return 1;
  fmt::print("{:.0f}\n", count / (now() - start));
  ::close(fd);
  ::unlink(path.c_str());
  return 0;
}

/// One process's part; the number of its trials.
std::int64_t work(const std::string& url, int threads, double seconds) {
  const auto store = value_or_exit(open_store(url, true));
  const auto study = open(*store, "bench");
  const double end = now() + seconds;
  std::atomic<std::int64_t> count = 0;
  {
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t)
      all.emplace_back([&] {
        for (; now() < end; ++count) one_trial(*study);
      });
  }
  return count;
}

int trials(const std::string& url, int processes, int threads, double seconds) {
  {
    const auto store = value_or_exit(open_store(url, true));
    open(*store, "bench");
  }
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return 1;
  const double start = now();
  for (int p = 0; p < processes; ++p)
    if (::fork() == 0) {
      const std::int64_t count = work(url, threads, seconds);
      std::_Exit(::write(pipe_ends[1], &count, sizeof count) == sizeof count ? 0 : 1);
    }
  std::int64_t all = 0;
  bool failed = false;
  for (int p = 0, status = 0; p < processes; ++p) {
    ::wait(&status);
    failed = failed || status != 0;
  }
  const double took = now() - start;
  ::close(pipe_ends[1]);
  for (std::int64_t count = 0; ::read(pipe_ends[0], &count, sizeof count) == sizeof count;) all += count;
  const auto store = value_or_exit(open_store(url, false));
  const auto record = value_or_exit(store->find_study("bench"));
  const auto kept = value_or_exit(store->changed_since(record->id, 0)).trials;
  const auto complete = std::ranges::count(kept, TrialState::complete, &TrialRecord::state);
  fmt::print("{:.0f} trials/s ({} trials in {:.2f} s, {} complete in the store)\n", static_cast<double>(all) / took,
             all, took, complete);
  return failed || complete < all ? 1 : 0;
}

std::string spread(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  return fmt::format("p50 {:.3f} ms, p99 {:.3f} ms", 1e3 * seconds[seconds.size() / 2],
                     1e3 * seconds[seconds.size() * 99 / 100]);
}

/// What an ask does to the store: look for changes, create the trial.
std::string ask_spread(Store& store, const StudyRecord& record) {
  std::vector<double> seconds;
  auto changes = value_or_exit(store.changed_since(record.id, 0));
  Revision revision = changes.revision;
  auto number = static_cast<std::int64_t>(changes.trials.size());
  const NewTrial like = [&] {
    NewTrial trial;
    trial.arm = "random";
    trial.point = {0.1, 0.2, 0.3, 0.4, 0.5};
    trial.configuration = changes.trials.front().configuration;
    return trial;
  }();
  for (int i = 0; i < 500; ++i) {
    NewTrial trial = like;
    trial.number = number++;
    const double start = now();
    revision = value_or_exit(store.changed_since(record.id, revision)).revision;
    const Claim claim = value_or_exit(store.create_trial(record.id, trial, Owner::this_process()));
    seconds.push_back(now() - start);
    Outcome outcome;
    outcome.values = {1};
    revision = value_or_exit(store.tell(record.id, claim, outcome));
  }
  return spread(std::move(seconds));
}

int ask(const std::string& url, std::int64_t count) {
  const auto store = value_or_exit(open_store(url, true));
  {
    const auto study = open(*store, "bench");
    auto made = static_cast<std::int64_t>(study->view().size());
    for (const std::int64_t until : {std::int64_t{1000}, count}) {
      if (made > until) continue;
      for (; made < until; ++made) one_trial(*study);
      fmt::print("ask behind {:>6} trials, store part: {}\n", until, ask_spread(*store, study->record()));
      made += 500;
    }
  }
  const double start = now();
  const auto again = value_or_exit(open_store(url, false));
  const auto study = open(*again, "bench");
  fmt::print("open a study of {} trials: {:.3f} s\n", study->view().size(), now() - start);
  return 0;
}

int list(const std::string& url, int studies) {
  {
    const auto store = value_or_exit(open_store(url, true));
    for (int s = 0; s < studies; ++s) {
      const auto study = open(*store, fmt::format("study {}", s));
      for (int t = 0; t < 10; ++t) one_trial(*study);
    }
  }
  const double start = now();
  const auto store = value_or_exit(open_store(url, false));
  const auto all = value_or_exit(store->summaries());
  fmt::print("list {} studies: {:.3f} s\n", all.size(), now() - start);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto number = [&](std::size_t i) { return static_cast<int>(parse_integer(words[i]).value_or(1)); };
  if (words.size() == 2 && words[0] == "syncs") return syncs(words[1]);
  if (words.size() == 5 && words[0] == "trials") return trials(words[1], number(2), number(3), number(4));
  if (words.size() == 3 && words[0] == "ask") return ask(words[1], number(2));
  if (words.size() == 3 && words[0] == "list") return list(words[1], number(2));
  fmt::print(stderr, "storage_bench: see the top of bench/storage_bench.cpp; bench/storage.py runs it\n");
  return 2;
}
