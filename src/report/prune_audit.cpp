#include "report/prune_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace hone {
namespace {

std::int64_t steps_of(const TrialRecord& trial) {
  return trial.runs.empty() || trial.runs[0].reports.empty() ? 0 : trial.runs[0].reports.back().step;
}

std::string percent(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

}  // namespace

PruneAudit prune_audit(std::span<const TrialRecord> trials, std::span<const AuditedStep> audited, bool maximize,
                       std::int64_t max_step) {
  std::map<std::int64_t, std::int64_t> since;  // by trial, the first step at which the pruner was against it
  for (const AuditedStep& one : audited) {
    const auto [at, is_new] = since.emplace(one.trial, one.step);
    if (!is_new) at->second = std::min(at->second, one.step);
  }
  PruneAudit audit;
  std::vector<double> finished, against;  // lower is better
  std::int64_t full = 0, run = 0, spent = 0;
  for (const TrialRecord& trial : trials) {
    if (trial.state == TrialState::running || trial.state == TrialState::waiting) continue;
    const bool complete = trial.state == TrialState::complete && !trial.values.empty();
    const double value = complete ? (maximize ? -trial.values[0] : trial.values[0]) : 0;
    const auto at = since.find(trial.number);
    if (at != since.end()) {
      spent += steps_of(trial) - at->second;
      if (complete) against.push_back(value);
      continue;
    }
    full += max_step;
    run += steps_of(trial);
    if (complete) finished.push_back(value);
  }
  audit.audited = std::ssize(against);
  audit.finished = std::ssize(finished);
  if (!finished.empty()) {
    std::ranges::sort(finished);
    const double median = finished[(finished.size() - 1) / 2];
    audit.promising = std::ranges::count_if(against, [&](double value) { return value <= median; });
    audit.best = std::ranges::count_if(against, [&](double value) { return value < finished.front(); });
  }
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
