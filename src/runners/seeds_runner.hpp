/// Evaluates every trial with several seeds at once, step by step, and reports their means: where one training says
/// little, because the next one with another seed would say something else.
#pragma once
#include <memory>
#include <vector>

#include "trial/runner.hpp"

namespace hone {

/// Run k of a trial is done by runner k, as run k of the request (another order of the minibatches), its checkpoints in
/// run_folder(). After a step that all have reported, the mean is reported once; a pause or an end is for all. A run
/// that ends early (patience) counts with its last report. The trial's value is the mean of its runs' values; it fails
/// when one of them fails. Cost of a step: that of all runs, one after another, and a pause of each in between.
class SeedsRunner final : public Runner {
 public:
  explicit SeedsRunner(std::vector<std::unique_ptr<Runner>> runners) : runners_(std::move(runners)) {}
  Result<std::vector<RunOutcome>> run(std::span<const RunRequest> requests, RunObserver& observer) override;
  Result<void> save_paused(std::span<const std::int64_t> trials) override;
  void forget(std::int64_t trial) override;

 private:
  Result<RunOutcome> run_one(const RunRequest& request, std::size_t index, RunObserver& observer);

  std::vector<std::unique_ptr<Runner>> runners_;
};

}  // namespace hone
