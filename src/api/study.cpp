/// The public Study: a thin handle over the engine's.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <thread>

#include "api/trial_state.hpp"
#include "base/check.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "space/study_file.hpp"

namespace hone::api {
namespace {

hone::StudyRecord record_of(const StudyOptions& options, const hone::Space& space) {
  hone::StudyRecord record;
  record.name = options.name;
  record.kind = "library";
  for (const Objective& objective : options.objectives) {
    record.directions.emplace_back(objective.direction == Direction::maximize ? "maximize" : "minimize");
    record.metrics.push_back(objective.metric);
  }
  record.seed = options.seed;
  record.max_step = options.max_step;
  record.space_hash = hone::hash_text(space.to_toml());
  hone::StudyFile file;  // what a replay or a worker needs
  file.name = record.name;
  file.seed = record.seed;
  file.directions = record.directions;
  file.metrics = record.metrics;
  file.space = space;
  record.study_file = hone::study_file_toml(file);
  return record;
}

hone::Result<void> check(const StudyOptions& options) {
  if (options.objectives.empty()) return hone::refuse("a study needs at least one objective");
  if (options.max_step < 0) return hone::refuse(fmt::format("max_step must be 0 or more, got {}", options.max_step));
  if (options.trials && *options.trials < 1)
    return hone::refuse(fmt::format("trials must be 1 or more, got {}", *options.trials));
  if (options.pruner != "none" && options.max_step == 0)
    return hone::refuse(fmt::format("pruner '{}' needs max_step: the steps of a full run", options.pruner));
  return {};
}

hone::StudyOptions engine_options(const StudyOptions& options) {
  hone::StudyOptions converted;
  converted.sampler = options.sampler;
  converted.pruner = options.pruner;
  converted.options = options.options;
  converted.trials = options.trials;
  converted.cost = options.cost;
  converted.cost_per_hour = options.cost_per_hour;
  converted.deterministic = options.deterministic;
  converted.checkpoints = options.checkpoints;
  converted.kernel_id = HONE_VERSION;
  for (const Configuration& first : options.enqueue) converted.enqueue.push_back(configuration_in(first));
  return converted;
}

/// Others see by it that this process is there. What goes wrong will be met by the next ask or tell.
void keep_lease(const std::stop_token& stop, hone::Study& study) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; }) && !stop.stop_requested())
    (void)study.tick();
}

}  // namespace

std::string_view version() {
  return HONE_VERSION;
}

Study::Study(std::shared_ptr<State> state) : state_(std::move(state)) {}
Study::Study(Study&&) noexcept = default;
Study& Study::operator=(Study&&) noexcept = default;
Study::~Study() = default;

Result<Study> Study::open(const SpaceBuilder& builder, const StudyOptions& options) {
  const auto opened = [&]() -> hone::Result<std::shared_ptr<State>> {
    HONE_TRY_VOID(check(options));
    HONE_TRY(hone::Space space, space_of(builder));
    const auto shared = std::make_shared<const hone::Space>(std::move(space));
    auto state = std::make_shared<State>();
    HONE_TRY(state->store, hone::open_store(options.storage, true));
    if (!options.checkpoints.empty()) HONE_TRY_VOID(hone::make_folder(options.checkpoints));
    HONE_TRY(state->study,
             hone::Study::open(*state->store, record_of(options, *shared), shared, engine_options(options)));
    if (!state->store->keeps_in_memory()) state->keeper = std::jthread(keep_lease, std::ref(*state->study));
    return state;
  };
  auto state = opened();
  if (!state) return std::unexpected(failure_of(std::move(state).error()));
  return Study(std::move(*state));
}

Result<std::optional<Trial>> Study::ask() {
  auto work = state_->study->next();
  if (!work) return std::unexpected(failure_of(std::move(work).error()));
  if (const auto* done = std::get_if<hone::StudyDone>(&*work)) {
    const std::scoped_lock lock(state_->mutex);
    state_->done = done->reason;
  }
  auto* assignment = std::get_if<hone::Assignment>(&*work);
  if (!assignment) return std::optional<Trial>{};
  auto trial = std::make_unique<Trial::State>();
  trial->owner = state_;
  trial->configuration = configuration_out(assignment->request.configuration);
  trial->step = assignment->request.from_step;
  trial->started_seconds = hone::system_clock().monotonic_seconds();
  trial->assignment = std::move(*assignment);
  return std::optional(Trial(std::move(trial)));
}

std::optional<std::string> Study::done() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->done;
}

Result<void> Study::tell(Trial& trial, double value) {
  return tell(trial, std::span(&value, 1));
}

Result<void> Study::tell(Trial& trial, std::span<const double> values) {
  const std::size_t objectives = state_->study->record().directions.size();
  if (values.size() != objectives)
    return std::unexpected(
        Failure{FailureKind::invalid_argument,
                fmt::format("the study has {} objectives, {} values were told", objectives, values.size())});
  hone::RunOutcome outcome;
  outcome.state = hone::TrialState::complete;
  outcome.values.assign(values.begin(), values.end());
  for (const double value : values)
    if (!std::isfinite(value)) {
      outcome.state = hone::TrialState::failed;
      outcome.reason = fmt::format("the value {} is not finite", hone::number_text(value));
    }
  auto ended = trial.state_->end(std::move(outcome));
  if (!ended) return std::unexpected(failure_of(std::move(ended).error()));
  return {};
}

Result<void> Study::fail(Trial& trial, std::string reason) {
  hone::RunOutcome outcome;
  outcome.state = hone::TrialState::failed;
  outcome.reason = std::move(reason);
  auto ended = trial.state_->end(std::move(outcome));
  if (!ended) return std::unexpected(failure_of(std::move(ended).error()));
  return {};
}

std::optional<TrialResult> Study::best() const {
  const auto best = state_->study->best();
  if (!best || best->state != hone::TrialState::complete) return std::nullopt;
  return result_of(*best);
}

std::vector<TrialResult> Study::trials() const {
  std::vector<TrialResult> results;
  for (const hone::TrialRecord& record : state_->study->trials()) results.push_back(result_of(record));
  return results;
}

Result<std::string> Study::optimize(const std::function<double(Trial&)>& objective, std::int64_t jobs) {
  std::mutex mutex;
  std::optional<Failure> failure;  // the first one ends all
  const auto failed = [&] {
    const std::scoped_lock lock(mutex);
    return failure.has_value();
  };
  const auto run_one = [&](Trial& trial) -> Result<void> {
    try {
      return tell(trial, objective(trial));
    } catch (const std::exception& thrown) {
      return fail(trial, fmt::format("the objective threw: {}", thrown.what()));
    } catch (...) {
      return fail(trial, "the objective threw something that is no std::exception");
    }
  };
  const auto work = [&] {
    while (!failed()) {
      auto trial = ask();
      if (trial && !*trial && done()) return;
      if (trial && !*trial) {
        state_->study->wait_for_change(0.2);
        continue;
      }
      auto told = trial ? run_one(**trial) : Result<void>(std::unexpected(std::move(trial).error()));
      if (told) continue;
      const std::scoped_lock lock(mutex);
      if (!failure) failure = std::move(told).error();
    }
  };
  if (jobs <= 1) {
    work();
  } else {
    std::vector<std::jthread> threads;
    for (std::int64_t i = 0; i < jobs; ++i) threads.emplace_back(work);
  }
  if (failure) return std::unexpected(std::move(*failure));
  return *done();
}

}  // namespace hone::api
