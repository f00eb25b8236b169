#include "storage/record_changes.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace hone {
namespace {

void move(TrialRecord& record, TrialState to, Revision revision) {
  // A new trial is waiting for the moment between its creation and its claim.
  HONE_CHECK(is_legal_move(record.state, to), "the move of a trial is legal");
  record.state = record.runs.front().state = to;
  record.changed = revision;
}

}  // namespace

TrialRecord record_created(const NewTrial& trial, const Claim& claim) {
  TrialRecord record;
  record.number = trial.number;
  record.origin = trial.origin;
  record.arm = trial.arm;
  record.why = trial.why;
  record.attempt = trial.attempt;
  record.configuration = trial.configuration;
  record.point = trial.point;
  record.seen = trial.seen;
  record.asked = claim.revision;
  record.runs.resize(1);
  record.runs.front().seed = trial.run_seed;
  record.started_ms = trial.started_ms.value_or(claim.at_ms);
  record_claimed(record, claim, trial.until_step);
  return record;
}

void record_claimed(TrialRecord& record, const Claim& claim, std::int64_t until_step) {
  move(record, TrialState::running, claim.revision);
  Run& run = record.runs.front();
  run.token = claim.token;
  ++run.attempt;
  record.until_step = until_step;
}

void record_configured(TrialRecord& record, const Configuration& configuration, Revision revision) {
  record.configuration = configuration;
  record.changed = revision;
}

void record_reported(TrialRecord& record, std::int64_t step, std::span<const double> values, Revision revision) {
  Run& run = record.runs.front();
  const auto at = std::ranges::lower_bound(run.reports, step, {}, &Report::step);
  const auto further = values.subspan(1);
  const auto further_at = run.further_values.begin() + (at - run.reports.begin()) * std::ssize(further);
  if (at != run.reports.end() && at->step == step) {
    at->value = values[0];
    std::ranges::copy(further, further_at);
  } else {
    run.further_values.insert(further_at, further.begin(), further.end());
    run.reports.insert(at, {step, values[0]});
  }
  record.changed = revision;
}

void record_cost(TrialRecord& record, double cost, Revision revision) {
  record.cost = std::max(record.cost, cost);
  record.changed = revision;
}

void record_handed_back(TrialRecord& record, TrialState to, double seconds, Revision revision) {
  record.seconds += seconds;
  record.runs.front().token.clear();
  move(record, to, revision);
}

void record_told(TrialRecord& record, const Outcome& outcome, Revision revision) {
  if (outcome.state == TrialState::complete) record.values = record.runs.front().values = outcome.values;
  record.constraints = outcome.constraints;
  record.seconds += outcome.seconds;
  record_ended(record, outcome.state, outcome.reason, revision);
}

void record_ended(TrialRecord& record, TrialState to, std::string_view reason, Revision revision) {
  record.reason = reason;
  record.finished = revision;
  record.runs.front().token.clear();
  move(record, to, revision);
}

}  // namespace hone
