/// The public Trial: an assignment of the engine, told once.
#include <fmt/format.h>

#include "api/trial_state.hpp"
#include "base/check.hpp"

namespace hone::api {
namespace {

const Value& active_value(const Trial& trial, std::string_view name) {
  const Value* value = trial.find(name);
  HONE_CHECK(value, "the parameter is not active in this trial; ask with find() first");
  return *value;
}

}  // namespace

/// The answer to the last report outranks what the objective says afterwards.
hone::Result<void> Trial::State::end(hone::RunOutcome outcome) {
  HONE_CHECK(!ended, "a trial is told once");
  ended = true;
  outcome.step = step;
  if (decision == hone::Decision::pause) outcome.state = hone::TrialState::paused;
  if (decision == hone::Decision::stop) outcome.state = hone::TrialState::pruned;
  if (decision == hone::Decision::hand_back) outcome.state = hone::TrialState::waiting;
  return owner->study->finish(assignment, outcome, seconds());
}

Trial::Trial(std::unique_ptr<State> state) : state_(std::move(state)) {}
Trial::Trial(Trial&&) noexcept = default;
Trial& Trial::operator=(Trial&&) noexcept = default;

Trial::~Trial() {
  if (!state_ || state_->ended) return;
  hone::RunOutcome handed_back;
  handed_back.state = hone::TrialState::waiting;
  (void)state_->end(std::move(handed_back));  // a lost lease is found again when the study is opened
}

std::int64_t Trial::number() const {
  return state_->assignment.request.trial;
}
const Configuration& Trial::configuration() const {
  return state_->configuration;
}

const Value* Trial::find(std::string_view name) const {
  for (const auto& [known, value] : state_->configuration)
    if (known == name) return &value;
  return nullptr;
}

double Trial::get_double(std::string_view name) const {
  const Value& value = active_value(*this, name);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  HONE_CHECK(std::holds_alternative<double>(value), "the parameter is not a number");
  return std::get<double>(value);
}

std::int64_t Trial::get_int(std::string_view name) const {
  const Value& value = active_value(*this, name);
  HONE_CHECK(std::holds_alternative<std::int64_t>(value), "the parameter is not an int");
  return std::get<std::int64_t>(value);
}

bool Trial::get_bool(std::string_view name) const {
  const Value& value = active_value(*this, name);
  HONE_CHECK(std::holds_alternative<bool>(value), "the parameter is not a bool");
  return std::get<bool>(value);
}

const std::string& Trial::get_string(std::string_view name) const {
  const Value& value = active_value(*this, name);
  HONE_CHECK(std::holds_alternative<std::string>(value), "the parameter is not a string");
  return std::get<std::string>(value);
}

std::uint64_t Trial::seed() const {
  return state_->assignment.request.seed;
}
std::int64_t Trial::from_step() const {
  return state_->assignment.request.from_step;
}
std::int64_t Trial::max_step() const {
  return state_->assignment.request.max_step;
}

std::string Trial::checkpoint_file(std::int64_t step) const {
  const auto& folder = state_->assignment.request.checkpoints;
  return folder.empty() ? "" : hone::checkpoint_file(folder, number(), step).string();
}

Result<Decision> Trial::report(std::int64_t step, double value) {
  return report(step, std::span(&value, 1));
}

Result<Decision> Trial::report(std::int64_t step, std::span<const double> values) {
  State& state = *state_;
  if (state.ended)
    return std::unexpected(Failure{FailureKind::conflict, fmt::format("trial {} has ended already", number())});
  if (step <= state.step)
    return std::unexpected(Failure{FailureKind::invalid_argument,
                                   fmt::format("steps must grow: step {} was reported after {}", step, state.step)});
  auto decision = state.owner->study->report(state.assignment, step, values);
  if (!decision) return std::unexpected(failure_of(std::move(decision).error()));
  state.decision = *decision;
  state.step = step;
  static_assert(static_cast<int>(Decision::hand_back) == static_cast<int>(hone::Decision::hand_back));
  return static_cast<Decision>(*decision);
}

Result<void> Trial::cost(double so_far) {
  if (state_->ended)
    return std::unexpected(Failure{FailureKind::conflict, fmt::format("trial {} has ended already", number())});
  auto taken = state_->owner->study->cost(state_->assignment, so_far);
  if (!taken) return std::unexpected(failure_of(std::move(taken).error()));
  return {};
}

}  // namespace hone::api
