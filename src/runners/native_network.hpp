/// The native runner: trains a network of our own for each run, one epoch a step.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "data/dataset.hpp"
#include "nn/metric.hpp"
#include "runners/model.hpp"
#include "runners/network_parameters.hpp"
#include "runners/paused_trials.hpp"
#include "trial/runner.hpp"

namespace hone {

/// The value of a run is the metric on the validation part with the best epoch's weights. Thread safe: the data set is
/// shared and immutable, everything else belongs to the run. A paused run's state stays in memory, up to a limit; a
/// file is written beyond it, and where as much training has gone by since the last file as a running trial may lose.
class NativeNetworkRunner final : public Runner {
 public:
  /// `dataset` and `metric` must outlive the runner.
  NativeNetworkRunner(const Dataset& dataset, Configuration fixed, const Metric& metric,
                      std::size_t bytes_max = paused_bytes_max);
  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override;
  Result<void> save_paused(std::span<const std::int64_t> trials) override;

 private:
  Result<RunOutcome> run_one(const RunRequest& request, std::size_t index, RunObserver& observer);

  const Dataset& dataset_;
  Configuration fixed_;
  const Metric& metric_;
  PausedTrials paused_;
};

/// The winner's last training, on training + validation rows.
struct FinalRequest {
  std::uint64_t study_seed = 0;
  std::int64_t trial = 0;
  Configuration configuration, fixed;
  std::int64_t epochs = 0;    ///< as many as gave the winner its best value
  std::int64_t max_step = 0;  ///< what the schedule spans
  std::int64_t members = 1;   ///< networks of the ensemble, each in a thread of its own, each from its own seed
  std::filesystem::path checkpoints;
  /// Epochs that every member has done; at the start and after every epoch, from any thread. May be empty.
  std::function<void(std::int64_t epoch)> progress;
};

/// Trains and returns the model; goes on from the last checkpoint of an earlier, killed attempt, with the same bits.
/// Errors: `interrupted` (saved: the same call goes on), `failed` when the loss diverges.
Result<Model> train_final(const Dataset& dataset, const FinalRequest& request);

/// The shape of the data as the search (or, with `final_data`, the final training) sees it.
DataShape search_shape(const Dataset& dataset);

}  // namespace hone
