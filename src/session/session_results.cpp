// What comes back to a session: reports and tells (declared in session/session.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "report/json_text.hpp"
#include "session/session.hpp"
#include "storage/store_rules.hpp"

namespace hone {
namespace {

constexpr double save_time_every_seconds = 2;

std::unexpected<LineFault> fault(std::string message, std::size_t at) {
  return std::unexpected(LineFault{std::move(message), at});
}

std::string_view decision_name(Decision decision) {
  switch (decision) {
    case Decision::go_on:
      return "continue";
    case Decision::pause:
    case Decision::hand_back:
      return "pause";
    case Decision::stop:
      return "stop";
  }
  return "continue";
}

/// Why nobody can report or tell a trial that this session does not hold.
std::string not_held(std::int64_t number, const std::optional<TrialRecord>& trial, std::int64_t trials) {
  if (!trial)
    return trials == 0 ? fmt::format("there is no trial {} yet: ask for one first", number)
                       : fmt::format("there is no trial {}: this study has trials 0 to {}", number, trials - 1);
  if (is_finished(trial->state)) return fmt::format("trial {} is {} already", number, state_name(trial->state));
  if (trial->state == TrialState::running) return fmt::format("trial {} is run by somebody else", number);
  return fmt::format("trial {} is {}: it can be told once an ask has given it out again", number,
                     state_name(trial->state));
}

}  // namespace

/// The trial that `verb` names, held by this session, and not with another run or token.
LineResult<Session::Held*> Session::held(const JsonNode& line, const JsonNode& verb) {
  HONE_TRY(const std::int64_t number, integer_of(verb));
  const auto found = held_.find(number);
  if (found == held_.end()) return fault(not_held(number, study_->trial(number), study_->counts().total()), verb.at);
  if (const JsonNode* run = line.find("run")) {
    HONE_TRY(const std::int64_t index, integer_of(*run));
    if (index != found->second.assignment.request.run)
      return fault(fmt::format("trial {} has no run {}", number, index), run->at);
  }
  if (const JsonNode* token = line.find("token")) {
    HONE_TRY(const std::string text, text_of(*token));
    if (text != found->second.assignment.claim.token)
      return fault(fmt::format("trial {} has been given out again since: this is an old token", number), token->at);
  }
  return &found->second;
}

Session::Answer Session::report(const JsonNode& line, const JsonNode& verb) {
  HONE_TRY(Held* const held, this->held(line, verb));
  const JsonNode* step_node = line.find("step");
  const JsonNode* value_node = line.find("value");
  const JsonNode* values_node = line.find("values");
  if (!step_node || (!value_node && !values_node))
    return fault(study_->record().metrics.size() == 1
                     ? "a report has a step and a value: {\"report\": 0, \"step\": 1, \"value\": 0.5}"
                     : "a report has a step and values: {\"report\": 0, \"step\": 1, \"values\": [0.5, 0.25]}",
                 verb.at);
  if (value_node && values_node) return fault("report \"value\" or \"values\", not both", values_node->at);
  HONE_TRY(const std::int64_t step, integer_of(*step_node));
  HONE_TRY(const std::vector<double> values, this->values(line, "report"));
  const Assignment& assignment = held->assignment;
  const std::int64_t number = assignment.request.trial, max_step = assignment.request.max_step;
  if (step < 1 || (max_step > 0 && step > max_step))
    return fault(max_step > 0 ? fmt::format("'step' must be from 1 to {}, got {}", max_step, step)
                              : fmt::format("'step' must be 1 or more, got {}", step),
                 step_node->at);
  HONE_TRY_VOID(take_cost(line, assignment));
  const auto decision = study_->report(assignment, step, values);
  if (!decision) return fault(decision.error().message, verb.at);
  if (*decision == Decision::pause || *decision == Decision::hand_back) {
    RunOutcome paused;
    paused.state = *decision == Decision::pause ? TrialState::paused : TrialState::waiting;
    paused.step = step;
    const double seconds = clock_.monotonic_seconds() - held->since_seconds;
    if (const auto done = study_->finish(assignment, paused, seconds); !done)
      return fault(done.error().message, verb.at);
    held_.erase(number);
  }
  return JsonObject().integer("trial", number).raw("decision", json_string(decision_name(*decision))).text();
}

/// "cost" of a line, if it has one: what the trial has cost since it was given out.
LineResult<void> Session::take_cost(const JsonNode& line, const Assignment& assignment) {
  const JsonNode* cost = line.find("cost");
  if (!cost) return {};
  HONE_TRY(const double so_far, cost_of(*cost));
  if (const auto done = study_->cost(assignment, so_far); !done) return fault(done.error().message, cost->at);
  return {};
}

/// The values of a line, one per objective, in the study's order.
LineResult<std::vector<double>> Session::values(const JsonNode& line, std::string_view verb) const {
  const JsonNode* value = line.find("value");
  return objective_values(value ? *value : *line.find("values"), study_->record().metrics, verb);
}

LineResult<RunOutcome> Session::outcome(const JsonNode& line, const JsonNode& verb) const {
  RunOutcome outcome;
  const JsonNode* value = line.find("value");
  const JsonNode* values = line.find("values");
  const JsonNode* state = line.find("state");
  const JsonNode* reason = line.find("reason");
  if (value && values) return fault("tell \"value\" or \"values\", not both", values->at);
  outcome.state = TrialState::complete;
  if (state) {
    HONE_TRY(const std::string name, text_of(*state));
    if (name != "complete" && name != "failed" && name != "pruned")
      return fault(fmt::format("'state' must be complete, failed or pruned, got '{}'", quoted(name)), state->at);
    outcome.state = name == "complete" ? TrialState::complete
                    : name == "failed" ? TrialState::failed
                                       : TrialState::pruned;
  }
  if (reason) {
    HONE_TRY(outcome.reason, text_of(*reason));
    if (outcome.state == TrialState::complete)
      return fault("a 'reason' is for a trial with \"state\": \"failed\" or \"pruned\"", reason->at);
  }
  if (const JsonNode* constraints = line.find("constraints")) {
    HONE_TRY(outcome.constraints, numbers_of(*constraints));
    if (std::ranges::any_of(outcome.constraints, [](double c) { return std::isnan(c); }))
      return fault("a constraint is a number, feasible when it is at most 0; NaN says nothing", constraints->at);
  }
  if (outcome.state != TrialState::complete) {
    if (value || values)
      return fault(fmt::format("a {} trial has no value: report what was measured before", state_name(outcome.state)),
                   (value ? value : values)->at);
    return outcome;
  }
  if (!value && !values)
    return fault("a tell has a \"value\", \"values\", or \"state\": \"failed\" or \"pruned\"", verb.at);
  HONE_TRY(outcome.values, this->values(line, "tell"));
  for (const double number : outcome.values)
    if (!std::isfinite(number)) {
      outcome.state = TrialState::failed;
      outcome.reason = fmt::format("the value is not finite ({})", number_text(number));
    }
  if (outcome.state == TrialState::failed) outcome.values.clear();
  return outcome;
}

/// A finished trial was told: the same again is answered the same way, because the first answer may have been lost.
Session::Answer Session::tell_again(const JsonNode& verb, const RunOutcome& outcome) {
  const auto trial = study_->trial(verb.integer);
  const Outcome told{outcome.state, outcome.values, outcome.constraints, outcome.reason, 0};
  if (!same_outcome(*trial, told))
    return fault(fmt::format("trial {} is {} already, with another outcome: a finished trial never changes",
                             trial->number, state_name(trial->state)),
                 verb.at);
  return JsonObject()
      .integer("trial", trial->number)
      .raw("state", json_string(state_name(trial->state)))
      .add("again", true)
      .text();
}

Session::Answer Session::tell(const JsonNode& line, const JsonNode& verb) {
  HONE_TRY(const std::int64_t number, integer_of(verb));
  HONE_TRY(const RunOutcome outcome, this->outcome(line, verb));
  const JsonNode* attributes = line.find("attrs");
  if (attributes && attributes->kind != JsonNode::Kind::object)
    return fault(fmt::format("'attrs' must be an object, got {}", kind_name(attributes->kind)), attributes->at);
  if (!held_.contains(number)) {
    const auto trial = study_->trial(number);
    if (trial && is_finished(trial->state)) return tell_again(verb, outcome);
  }
  HONE_TRY(Held* const held, this->held(line, verb));
  if (attributes && !attributes->members.empty()) {
    Event event;
    event.kind = "attrs";
    event.trial = number;
    event.detail = json_text(*attributes);
    if (const auto logged = study_->store().log(study_->record().id, event); !logged)
      return fault(logged.error().message, verb.at);
  }
  HONE_TRY_VOID(take_cost(line, held->assignment));
  const double now = clock_.monotonic_seconds();
  if (const auto done = study_->finish(held->assignment, outcome, now - held->since_seconds); !done)
    return fault(done.error().message, verb.at);
  held_.erase(number);
  if (time_seconds_ && now - saved_seconds_ > save_time_every_seconds) save_used_seconds();
  JsonObject answer;
  answer.integer("trial", number).raw("state", json_string(state_name(outcome.state)));
  if (outcome.state == TrialState::failed && !outcome.reason.empty()) answer.text_or_null("reason", outcome.reason);
  return answer.text();
}

}  // namespace hone
