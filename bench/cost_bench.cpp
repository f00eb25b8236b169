// What a trial costs in the engine itself: ask and tell, one core, a study in memory.
//
// usage: cost_bench                      the table: samplers at several numbers of trials, and trials by the million
//        cost_bench SAMPLER N ASKS       one line of it: CPU milliseconds of ask + tell with N trials behind it
//        cost_bench trials N             N random trials of 10 parameters: seconds, and bytes of memory for each
// bench/cost.py sets it beside Optuna.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/check.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "engine/study.hpp"

namespace {

using namespace hone;

std::shared_ptr<const Space> cube(int axes) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < axes; ++i) {
    Parameter real;
    real.name = fmt::format("x{}", i);
    real.low = -5;
    real.high = 5;
    parameters.push_back(real);
  }
  auto space = Space::make(std::move(parameters));
  HONE_CHECK(space.has_value(), "a cube is a space");
  return std::make_shared<const Space>(std::move(*space));
}

std::unique_ptr<Study> open(Store& store, const std::shared_ptr<const Space>& space, const std::string& sampler,
                            std::int64_t trials) {
  StudyRecord record;
  record.name = record.kind = "cost";
  record.directions = {"minimize"};
  record.metrics = {"value"};
  record.space_hash = hash_text(space->to_toml());
  StudyOptions options;
  options.sampler = sampler;
  options.trials = trials;
  auto study = Study::open(store, record, space, options);
  if (!study) {
    fmt::print(stderr, "cost_bench: {}\n", study.error().message);
    std::exit(2);
  }
  return std::move(*study);
}

/// One ask and one tell; false once the study is finished.
bool one_trial(Study& study) {
  auto work = study.next();
  const auto* assignment = work ? std::get_if<Assignment>(&*work) : nullptr;
  if (!assignment) return false;
  double sum = 0;
  for (const auto& [name, value] : assignment->request.configuration.entries())
    sum += (value_number(value) - 1) * (value_number(value) - 1);
  RunOutcome outcome;
  outcome.state = TrialState::complete;
  outcome.values = {sum};
  return study.finish(*assignment, outcome, 0).has_value();
}

double cpu() {
  return system_clock().thread_cpu_seconds();
}

void ask_and_tell(const std::string& sampler, std::int64_t trials, std::int64_t asks) {
  const auto store = std::move(*open_store("memory://", true));
  const auto space = cube(20);
  {
    const auto study = open(*store, space, "random", trials);
    while (one_trial(*study)) {
    }
  }
  const auto study = open(*store, space, sampler, trials + asks);
  std::vector<double> milliseconds;
  for (double start = cpu(); one_trial(*study); start = cpu()) milliseconds.push_back(1e3 * (cpu() - start));
  const double cold = milliseconds.front();
  std::sort(milliseconds.begin() + 1, milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[1 + static_cast<std::size_t>(share * static_cast<double>(milliseconds.size() - 2))];
  };
  fmt::print("{:8} d=20 n={:<6} median {:8.4f} ms, p99 {:8.4f} ms, the first one {:8.3f} ms\n", sampler, trials,
             at(0.5), at(0.99), cold);
  std::fflush(stdout);
}

double resident_bytes() {
  const auto text = read_file("/proc/self/statm");
  const auto fields = split(text ? *text : "", ' ');
  return fields.size() < 2 ? 0 : 4096 * parse_number(fields[1]).value_or(0);
}

void many_trials(std::int64_t trials) {
  const auto store = std::move(*open_store("memory://", true));
  const auto study = open(*store, cube(10), "random", trials);
  const double before = resident_bytes(), start = cpu();
  while (one_trial(*study)) {
  }
  fmt::print("{} random trials of 10 parameters: {:.1f} CPU-s, {:.0f} bytes each\n", trials, cpu() - start,
             (resident_bytes() - before) / static_cast<double>(trials));
}

}  // namespace

int main(int count, char** words) {
  if (count == 3 && std::string(words[1]) == "trials") {
    many_trials(std::atoll(words[2]));
  } else if (count == 4) {
    ask_and_tell(words[1], std::atoll(words[2]), std::atoll(words[3]));
  } else if (count > 1) {
    std::fputs("usage: cost_bench [SAMPLER N ASKS | trials N]\n", stderr);
    return 2;
  } else {
    for (const char* sampler : {"tpe", "cmaes", "nsga2", "random"})
      for (const std::int64_t trials : {1000, 10'000}) ask_and_tell(sampler, trials, 200);
    for (const std::int64_t trials : {100, 250, 500}) ask_and_tell("gp", trials, 20);
    for (const std::int64_t trials : {100, 1000, 10'000}) ask_and_tell("auto", trials, 50);
    many_trials(1'000'000);
  }
  return 0;
}
