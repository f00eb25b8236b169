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
  void forget(std::int64_t trial) override { paused_.forget(trial); }

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
  std::int64_t members = 1;   ///< networks of the ensemble, each from its own seed
  /// 0, or at least 2: instead of `members` networks on all rows, one for each fold, trained on the others; the weights
  /// are kept that `metric` likes best on the fold. Folds are drawn by the study's
  /// seed, of classes each in proportion.
  std::int64_t folds = 0;
  const Metric* metric = nullptr;  ///< with folds
  std::int64_t jobs = 1;           ///< networks at once, one thread each
  std::int64_t networks() const { return folds > 0 ? folds : members; }
  std::filesystem::path checkpoints;
  /// Epochs that the members have done on the average; at the start and after every epoch, from any thread. May be
  /// empty.
  std::function<void(std::int64_t epoch)> progress;
};

/// Trains and returns the model; goes on from the last checkpoint of an earlier, killed attempt, with the same bits.
/// Errors: `interrupted` (saved: the same call goes on), `failed` when the loss diverges.
Result<Model> train_final(const Dataset& dataset, const FinalRequest& request);

/// What a network for these inputs and this target has to fit.
DataShape shape_of(const Features& features, std::vector<std::size_t> cardinalities,
                   std::vector<std::size_t> numeric_columns, const TargetInfo& target);
/// The shape of the data as the search (or, with `final_data`, the final training) sees it.
DataShape search_shape(const Dataset& dataset);

}  // namespace hone
