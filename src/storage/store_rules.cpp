#include "storage/store_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/text.hpp"
#include "trial/ranking.hpp"

namespace hone {
namespace {

constexpr std::size_t name_length_max = 200;

/// Equal bits: a stored NaN equals itself, and -0.0 differs from 0.0.
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y) || (std::isnan(x) && std::isnan(y));
  });
}

/// What the verbs on trials write into the journal.
constexpr std::string_view verb_kinds[] = {"asked",  "claimed",  "resumed", "configured", "reported", "cost",
                                           "paused", "released", "told",    "pruned",     "lost"};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

Result<void> check_study(const StudyRecord& record) {
  const std::string& name = record.name;
  if (name.empty() || name.size() > name_length_max || std::ranges::any_of(name, is_control))
    return refuse(fmt::format("'{}' cannot be the name of a study: 1 to {} printable characters, got {}", quoted(name),
                              name_length_max, name.size()));
  if (record.directions.empty() || record.directions.size() != record.metrics.size())
    return refuse(
        fmt::format("study '{}': at least one direction and one metric for each, got {} directions and {} "
                    "metrics",
                    name, record.directions.size(), record.metrics.size()));
  for (const std::string& direction : record.directions)
    if (direction != "minimize" && direction != "maximize")
      return refuse(fmt::format("study '{}': direction '{}' must be minimize or maximize", name, quoted(direction)));
  if (record.max_step < 0)
    return refuse(fmt::format("study '{}': max_step must be 0 (no steps) or more, got {}", name, record.max_step));
  return {};
}

Result<void> check_new_trial(const NewTrial& trial) {
  if (trial.number < 0 || trial.attempt < 0 || trial.seen < 0 || trial.until_step < 0)
    return refuse(fmt::format("trial {}: number, attempt {}, seen {} and until_step {} must be 0 or more", trial.number,
                              trial.attempt, trial.seen, trial.until_step));
  for (std::size_t axis = 0; axis < trial.point.size(); ++axis)
    if (!(trial.point[axis] >= 0 && trial.point[axis] <= 1))
      return refuse(fmt::format("trial {}: coordinate {} of the point is {}, must be in [0, 1]", trial.number, axis,
                                number_text(trial.point[axis])));
  return {};
}

Result<void> check_report(std::int64_t step) {
  if (step < 0) return refuse(fmt::format("a report's step must be 0 or more, got {}", step));
  return {};
}

Result<void> check_reported(std::size_t values, std::size_t objectives) {
  if (values == objectives) return {};
  return refuse(objectives == 1
                    ? fmt::format("a report of this study has one value, got {}", values)
                    : fmt::format("report one value for each of the {} objectives, got {}", objectives, values));
}

Result<void> check_event(const Event& event) {
  if (event.kind.empty() || std::ranges::find(verb_kinds, event.kind) != std::end(verb_kinds))
    return refuse(fmt::format("'{}' cannot be logged: such a line is written by the verb itself", quoted(event.kind)));
  return {};
}

Result<void> check_seconds(double seconds) {
  if (!(seconds >= 0) || std::isinf(seconds))
    return refuse(fmt::format("a running time must be finite and not negative, got {} s", number_text(seconds)));
  return {};
}

Result<void> check_cost(double cost) {
  if (!(cost >= 0 && cost <= cost_max))
    return refuse(fmt::format("a cost is a number from 0 to {}, got {}", number_text(cost_max), number_text(cost)));
  return {};
}

Result<void> check_outcome(const Outcome& outcome, std::size_t objectives) {
  if (!is_finished(outcome.state))
    return refuse(fmt::format("a trial ends complete, pruned or failed, not '{}'", state_name(outcome.state)));
  HONE_TRY_VOID(check_seconds(outcome.seconds));
  if (outcome.state != TrialState::complete) return {};
  if (outcome.values.size() != objectives)
    return refuse(
        fmt::format("a complete trial of this study has {} values, got {}", objectives, outcome.values.size()));
  for (const double value : outcome.values)
    if (!std::isfinite(value))
      return refuse(fmt::format("the value of a complete trial must be finite, got {}; tell such a trial as failed",
                                number_text(value)));
  return {};
}

bool same_outcome(const TrialRecord& trial, const Outcome& outcome) {
  return trial.state == outcome.state && trial.reason == outcome.reason &&
         same_bits(trial.constraints, outcome.constraints) &&
         (trial.state != TrialState::complete || same_bits(trial.values, outcome.values));
}

std::optional<double> best_value(const StudyRecord& record, std::span<const TrialRecord> trials) {
  if (record.directions.size() != 1) return std::nullopt;
  const auto ranked = best_first(trials, record.directions[0] == "maximize");  // complete ones come first
  if (ranked.empty() || trials[ranked.front()].state != TrialState::complete) return std::nullopt;
  return trials[ranked.front()].values[0];
}

Result<std::vector<StudySummary>> Store::summaries() {
  HONE_TRY(const std::vector<StudyRecord> records, studies());
  std::vector<StudySummary> all;
  for (const StudyRecord& record : records) {
    const auto changes = changed_since(record.id, 0);
    if (!changes && changes.error().kind == Error::Kind::not_found) continue;  // it was just removed
    if (!changes) return std::unexpected(changes.error());
    all.push_back({record, count_trials(changes->trials), best_value(record, changes->trials)});
  }
  return all;
}

double unaccounted_seconds(double seconds, std::int64_t now_ms, std::int64_t last_seen_ms) {
  if (last_seen_ms == 0) return seconds;
  return std::clamp(static_cast<double>(now_ms - last_seen_ms) / 1e3, 0.0, seconds);
}

Result<double> read_seconds_used(std::string_view text) {
  const auto seconds = parse_number(text);
  if (!seconds || !(*seconds >= 0))
    return fail(Error::Kind::corrupt, fmt::format("the time used by the study is stored as '{}'", quoted(text)));
  return *seconds;
}

Result<double> read_cost_used(std::string_view text) {
  const auto cost = parse_number(text);
  if (!cost || !(*cost >= 0))
    return fail(Error::Kind::corrupt, fmt::format("what the study has cost is stored as '{}'", quoted(text)));
  return *cost;
}

Result<double> Store::cost_used(StudyId study) {
  HONE_TRY(const auto stored, attribute(study, cost_used_key));
  return stored ? read_cost_used(*stored) : 0;
}

bool is_still_silent(const WorkerRecord& worker, std::span<const WorkerRecord> silent) {
  return std::ranges::any_of(
      silent, [&](const WorkerRecord& one) { return one.owner == worker.owner && one.beats == worker.beats; });
}

bool has_lost_its_trials(const Owner& owner, std::span<const WorkerRecord> working, std::span<const Owner> given_up) {
  if (std::ranges::find(given_up, owner) != given_up.end() || !owner.may_be_alive()) return true;
  // Who is here may work without a lease; of all others the lease is all that can be known.
  return !owner.same_host() && std::ranges::find(working, owner, &WorkerRecord::owner) == working.end();
}

std::string claim_token(const Owner& owner, std::int64_t attempt) {
  return fmt::format("{}#{}", owner.text(), attempt);
}

TrialState state_after_loss(std::int64_t losses, std::int64_t retries) {
  return losses > retries ? TrialState::failed : TrialState::waiting;
}

std::string loss_reason(std::int64_t losses, std::int64_t retries) {
  return fmt::format("its worker died or fell silent {} time{}; {} retr{} allowed", losses, losses == 1 ? "" : "s",
                     retries, retries == 1 ? "y is" : "ies are");
}

std::unexpected<Error> no_study(StudyId study) {
  return fail(Error::Kind::not_found, fmt::format("there is no study with id {}: was it removed?", study));
}

std::unexpected<Error> no_trial(std::int64_t number) {
  return fail(Error::Kind::not_found, fmt::format("the study has no trial {}", number));
}

std::unexpected<Error> name_taken(std::string_view name) {
  return fail(Error::Kind::conflict, fmt::format("a study named '{}' exists already; take another name, or remove it "
                                                 "with `hone study rm`",
                                                 quoted(name, name_length_max)));
}

std::unexpected<Error> not_next(std::int64_t number, std::int64_t next) {
  return fail(Error::Kind::conflict,
              fmt::format("trial {} cannot be created: the next free number is {}", number, next));
}

std::unexpected<Error> cost_spent(double budget) {
  return fail(Error::Kind::conflict,
              fmt::format("the study has cost its budget of {}: no trial can be created", number_text(budget)));
}

std::unexpected<Error> wrong_state(std::int64_t number, TrialState state, std::string_view verb) {
  return fail(Error::Kind::conflict,
              fmt::format("trial {} is {}; only a waiting or paused trial can be {}", number, state_name(state), verb));
}

std::unexpected<Error> not_holder(std::int64_t number, TrialState state) {
  if (state == TrialState::running)
    return fail(Error::Kind::conflict,
                fmt::format("trial {} is held by somebody else now: this worker's token is out of date", number));
  return fail(Error::Kind::conflict,
              fmt::format("trial {} is {}: this worker does not hold it any more", number, state_name(state)));
}

std::unexpected<Error> other_outcome(std::int64_t number, TrialState state) {
  return fail(Error::Kind::conflict,
              fmt::format("trial {} is {} already with another outcome; a finished trial never changes", number,
                          state_name(state)));
}

}  // namespace hone
