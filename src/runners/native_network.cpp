#include "runners/native_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/files.hpp"
#include "runners/network_checkpoint.hpp"

namespace hone {
namespace {

std::uint64_t run_key(const RunRequest& request, const Configuration& fixed) {
  return hash64(fmt::format("{} {} {} {} {} {}", request.study_seed, request.trial, request.run, request.max_step,
                            request.configuration.json(), fixed.json()));
}

/// The step of the last file that may be used. One may have been written since the request was made.
std::int64_t last_file(const RunRequest& request) {
  if (request.from_step >= request.reported_step || request.checkpoints.empty()) return request.from_step;
  return std::max(request.from_step, latest_checkpoint(request.checkpoints, request.trial, request.reported_step));
}

}  // namespace

DataShape shape_of(const Features& features, std::vector<std::size_t> cardinalities,
                   std::vector<std::size_t> numeric_columns, const TargetInfo& target) {
  return {features.dense_width,
          std::move(cardinalities),
          std::move(numeric_columns),
          target.task,
          target.outputs(),
          target.mean,
          target.scale,
          target.low};
}

DataShape search_shape(const Dataset& dataset) {
  return shape_of(dataset.train().features, dataset.cardinalities(), dataset.numeric_columns(), dataset.target());
}

NativeNetworkRunner::NativeNetworkRunner(const Dataset& dataset, Configuration fixed, const Metric& metric,
                                         std::size_t bytes_max)
    : dataset_(dataset), fixed_(std::move(fixed)), metric_(metric), paused_(bytes_max) {}

Result<void> NativeNetworkRunner::save_paused(std::span<const std::int64_t> trials) {
  return paused_.save(trials);
}

Result<std::vector<RunOutcome>> NativeNetworkRunner::run(std::span<const RunRequest> requests, RunObserver& observer) {
  return run_each(requests, [&](const RunRequest& request, std::size_t i) { return run_one(request, i, observer); });
}

Result<RunOutcome> NativeNetworkRunner::run_one(const RunRequest& request, std::size_t index, RunObserver& observer) {
  RunOutcome outcome;
  const auto failed = [&](std::string reason) {
    outcome.state = TrialState::failed;
    outcome.reason = std::move(reason);
    return outcome;
  };
  HONE_TRY(const NetworkPlan plan,
           network_plan(request.configuration, fixed_, search_shape(dataset_), request.max_step));
  const TrainSeed seed{request.study_seed, static_cast<std::uint32_t>(request.trial),
                       static_cast<std::uint32_t>(request.run)};
  const auto& train = dataset_.train();
  const auto& validation = dataset_.validation();
  const std::uint64_t key = run_key(request, fixed_);
  auto paused = paused_.take(request.trial, key);
  if (paused && (paused->step < request.from_step || paused->step > request.reported_step)) paused.reset();
  auto created = Trainer::resume(plan.spec, plan.options, seed, train.features, train.targets,
                                 paused ? std::move(paused->state) : TrainState());
  if (!created) return failed(created.error().message);  // too large for memory: this configuration only
  const std::unique_ptr<Trainer> trainer = std::move(*created);

  RunProgress progress;
  SaveRhythm rhythm;
  if (paused) {
    progress = paused->progress;
    rhythm = SaveRhythm(paused->due_seconds);
  } else if (const std::int64_t from = last_file(request); from > 0) {
    auto restored = read_checkpoint(checkpoint_file(request.checkpoints, request.trial, from), key, *trainer);
    if (restored) progress = *restored;
  }
  outcome.started_anew = trainer->epoch() == 0 && std::max(request.from_step, request.reported_step) > 0;
  const auto save = [&]() -> Result<void> {
    if (request.checkpoints.empty()) return {};
    HONE_TRY_VOID(write_checkpoint(checkpoint_file(request.checkpoints, request.trial, trainer->epoch()), key, progress,
                                   trainer->state()));
    remove_checkpoints(request.checkpoints, request.trial, trainer->epoch());
    return {};
  };

  std::vector<float> predictions;
  outcome.step = trainer->epoch();
  // Asked before each epoch, so that a run that comes back from a checkpoint ends where an uninterrupted one does.
  const auto out_of_patience = [&] {
    return plan.patience > 0 && trainer->epoch() - progress.best_epoch >= plan.patience;
  };
  while (trainer->epoch() < request.max_step && !out_of_patience()) {
    if (auto epoch = trainer->train_epoch(); !epoch) {
      if (epoch.error().kind != Error::Kind::interrupted) return failed(std::move(epoch).error().message);
      outcome.state = TrialState::waiting;  // from the last checkpoint, or anew: the same bits either way
      return outcome;
    }
    trainer->predict(validation.features, predictions);
    complete_predictions(dataset_.target(), plan.spec.loss, predictions);
    const double value = metric_.score(dataset_.target(), predictions, validation.targets);
    if (progress.improves(value, metric_.maximize)) {
      progress = {value, trainer->epoch()};
      trainer->keep_best();
    }
    HONE_TRY(const Decision decision, observer.report(index, trainer->epoch(), value));
    outcome.step = trainer->epoch();
    if (!std::isfinite(value))
      return failed(fmt::format("{} on the validation part is not finite after epoch {}", metric_.name, outcome.step));
    if (decision == Decision::stop) {
      outcome.state = TrialState::pruned;
      outcome.reason = fmt::format("stopped at epoch {}", outcome.step);
      return outcome;
    }
    const bool ends = trainer->epoch() == request.max_step;
    if (decision == Decision::hand_back && !ends) {
      HONE_TRY_VOID(save());
      outcome.state = TrialState::waiting;
      return outcome;
    }
    if (rhythm.is_due()) HONE_TRY_VOID(rhythm.save(save));
    if (decision == Decision::pause && !ends) {
      outcome.state = TrialState::paused;
      HONE_TRY_VOID(paused_.put({request.trial, trainer->epoch(), key, progress, trainer->release(),
                                 rhythm.due_in_seconds(), request.checkpoints}));
      return outcome;
    }
  }
  outcome.state = TrialState::complete;
  outcome.values = {progress.best_value};
  return outcome;
}

}  // namespace hone
