#include "report/prune_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "math/pareto.hpp"

namespace hone {
namespace {

std::int64_t steps_of(const TrialRecord& trial) {
  return trial.runs.empty() || trial.runs[0].reports.empty() ? 0 : trial.runs[0].reports.back().step;
}

/// How the trials that were finished `against` the pruner stand beside those it let finish; (n, objectives) each.
void compare(const std::vector<double>& finished, const std::vector<double>& against, std::size_t objectives,
             PruneAudit& audit) {
  const std::size_t let = finished.size() / objectives;
  audit.finished = static_cast<std::int64_t>(let);
  audit.audited = static_cast<std::int64_t>(against.size() / objectives);
  if (let == 0) return;
  std::vector<double> all = finished;
  all.insert(all.end(), against.begin(), against.end());
  std::vector<std::size_t> front(all.size() / objectives);  // of one objective it counts the smaller values
  const auto fronts = nondominated_fronts(all, objectives);
  for (std::size_t f = 0; f < fronts.size(); ++f)
    for (const std::uint32_t i : fronts[f]) front[i] = f;
  std::vector<std::size_t> sorted(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(let));
  std::ranges::sort(sorted);
  for (std::size_t i = let; i < front.size(); ++i) {
    audit.promising += front[i] <= sorted[(let - 1) / 2];
    const auto row = [&](std::size_t r) { return std::span(all).subspan(r * objectives, objectives); };
    bool best = true;
    for (std::size_t r = 0; r < let && best; ++r) best = !std::ranges::equal(row(r), row(i), std::less_equal());
    audit.best += best;
  }
}

std::string percent(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

}  // namespace

PruneAudit prune_audit(std::span<const TrialRecord> trials, std::span<const AuditedStep> audited,
                       const std::vector<bool>& maximize, std::int64_t max_step) {
  const std::size_t objectives = maximize.size();
  std::map<std::int64_t, std::int64_t> since;  // by trial, the first step at which the pruner was against it
  for (const AuditedStep& one : audited) {
    const auto [at, is_new] = since.emplace(one.trial, one.step);
    if (!is_new) at->second = std::min(at->second, one.step);
  }
  PruneAudit audit;
  std::vector<double> finished, against;  // (n, objectives), lower is better
  std::int64_t full = 0, run = 0, spent = 0;
  for (const TrialRecord& trial : trials) {
    if (trial.state == TrialState::running || trial.state == TrialState::waiting) continue;
    const bool complete = trial.state == TrialState::complete && trial.values.size() == objectives;
    const auto at = since.find(trial.number);
    if (at != since.end()) {
      spent += steps_of(trial) - at->second;
    } else {
      full += max_step;
      run += steps_of(trial);
    }
    for (std::size_t m = 0; complete && m < objectives; ++m)
      (at != since.end() ? against : finished).push_back(maximize[m] ? -trial.values[m] : trial.values[m]);
  }
  compare(finished, against, objectives, audit);
  if (full > 0) audit.steps_saved = 1 - static_cast<double>(run) / static_cast<double>(full);
  std::int64_t all = 0;
  for (const TrialRecord& trial : trials) all += steps_of(trial);
  if (all > 0) audit.steps_spent = static_cast<double>(spent) / static_cast<double>(all);
  return audit;
}

std::string prune_audit_text(const PruneAudit& audit) {
  const double share =
      audit.audited > 0 ? static_cast<double>(audit.promising) / static_cast<double>(audit.audited) : 0;
  return fmt::format(
      "{} trials were finished against the pruner: {} ({}) as good as the median of the {} it let finish, {} better "
      "than "
      "all of them; pruning saved {} of the steps, the audit took {} of those run",
      audit.audited, audit.promising, percent(share), audit.finished, audit.best, percent(audit.steps_saved),
      percent(audit.steps_spent));
}

}  // namespace hone
