/// What pruning saved and what it may have cost, by the trials that were finished although the pruner was against it.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "trial/trial.hpp"

namespace hone {

/// The pruner would have paused or stopped that trial at that step, and it went on.
struct AuditedStep {
  std::int64_t trial = 0, step = 0;
};

struct PruneAudit {
  std::int64_t audited = 0;   ///< trials that were finished although the pruner was against it
  std::int64_t promising = 0; /**< of them, as good at the end as the median of those that the pruner let finish: to
                                 stop them was wrong; of several objectives by the fronts they are on */
  std::int64_t best = 0;      ///< of them, better than all of those: none of those is as good in every objective
  std::int64_t finished = 0;  ///< trials that the pruner let finish
  double steps_saved = 0;     ///< share of the steps of full runs that the trials without an audit did not run
  double steps_spent = 0;     ///< share of all steps run that the audit cost
};
/// A study's trials and what was audited, in any order. Running and waiting trials do not count; paused ones count as
/// not let finish so far. `maximize`: (objectives). Cost: of `nondominated_fronts`.
PruneAudit prune_audit(std::span<const TrialRecord> trials, std::span<const AuditedStep> audited,
                       const std::vector<bool>& maximize, std::int64_t max_step);

/// "5 trials were finished against the pruner: 1 (20 %) as good as ..., none the best; pruning saved 70 % of the
/// steps, the audit took 8 % of those run"
std::string prune_audit_text(const PruneAudit& audit);

}  // namespace hone
