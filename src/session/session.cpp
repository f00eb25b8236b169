#include "session/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "report/json_out.hpp"
#include "report/json_text.hpp"
#include "session/parameters.hpp"

namespace hone {

/// One kind of line: its first key, what may stand beside it, and who answers.
struct SessionVerb {
  std::string_view name;
  std::vector<std::string> keys;
  Session::Answer (Session::*answer)(const JsonNode& line, const JsonNode& verb);
  static const std::vector<SessionVerb>& all();
};

const std::vector<SessionVerb>& SessionVerb::all() {
  static const std::vector<SessionVerb> verbs = {
      {"hello", {}, &Session::hello},
      {"ask", {}, &Session::ask},
      {"suggest", {"name", "domain"}, &Session::suggest},
      {"report", {"step", "value", "values", "cost", "run", "token"}, &Session::report},
      {"tell", {"value", "values", "state", "reason", "constraints", "cost", "attrs", "run", "token"}, &Session::tell},
      {"enqueue", {}, &Session::enqueue},
      {"best", {}, &Session::best},
      {"trials", {}, &Session::trials},
      {"stop", {}, &Session::stop}};
  return verbs;
}

namespace {

std::unexpected<LineFault> fault(std::string message, std::size_t at) {
  return std::unexpected(LineFault{std::move(message), at});
}

/// Every member of `object` is one of `keys`.
LineResult<void> check_keys(const JsonNode& object, const std::vector<std::string>& keys) {
  for (const JsonNode& member : object.members)
    if (std::ranges::find(keys, member.key) == keys.end())
      return fault(
          fmt::format("unknown key '{}'{}", quoted(member.key),
                      keys.empty() ? std::string("; there is none here") : "; " + suggest_name(member.key, keys)),
          member.at);
  return {};
}

LineResult<void> check_object(const JsonNode& verb, const std::vector<std::string>& keys) {
  if (verb.kind != JsonNode::Kind::object)
    return fault(fmt::format("'{}' must be an object, got {}", verb.key, kind_name(verb.kind)), verb.at);
  return check_keys(verb, keys);
}

}  // namespace

Session::Session(std::unique_ptr<Study> study, const SessionSetup& setup, const Clock& clock, double used_before)
    : study_(std::move(study)),
      clock_(clock),
      time_seconds_(setup.time_seconds),
      used_before_(used_before),
      started_seconds_(clock.monotonic_seconds()),
      saved_seconds_(started_seconds_) {}

Result<std::unique_ptr<Session>> Session::open(Store& store, const SessionSetup& setup, const Clock& clock) {
  HONE_TRY(auto study, Study::open(store, setup.record, setup.space, setup.options, clock));
  HONE_TRY(const auto used, store.attribute(study->record().id, "seconds_used"));
  const double used_before = used ? parse_number(*used).value_or(0) : 0;
  return std::unique_ptr<Session>(new Session(std::move(study), setup, clock, used_before));
}

std::string Session::answer(std::string_view line) {
  auto answer = answer_or_fault(line);
  if (answer) return std::move(*answer);
  return JsonObject()
      .raw("error", json_string(answer.error().message))
      .integer("at", static_cast<std::int64_t>(answer.error().at))
      .text();
}

Session::Answer Session::answer_or_fault(std::string_view line) {
  HONE_TRY(const JsonNode root, parse_json_line(line));
  if (root.kind != JsonNode::Kind::object)
    return fault(fmt::format("a line is an object such as {{\"ask\": {{}}}}, got {}", kind_name(root.kind)), root.at);
  const auto& verbs = SessionVerb::all();
  for (const SessionVerb& verb : verbs) {
    const JsonNode* node = root.find(verb.name);
    if (!node) continue;
    std::vector<std::string> keys = verb.keys;
    keys.emplace_back(verb.name);
    HONE_TRY_VOID(check_keys(root, keys));
    return (this->*verb.answer)(root, *node);
  }
  std::vector<std::string> names;
  for (const SessionVerb& verb : verbs) names.emplace_back(verb.name);
  if (root.members.empty()) return fault("nothing is asked for; " + suggest_name("", names), root.at);
  return fault(fmt::format("'{}' is nothing that can be asked for; {}", quoted(root.members[0].key),
                           suggest_name(root.members[0].key, names)),
               root.members[0].at);
}

Session::Answer Session::hello(const JsonNode&, const JsonNode& verb) {
  HONE_TRY_VOID(check_object(verb, {}));
  return JsonObject()
      .raw("hone", json_string("session"))
      .integer("protocol", 1)
      .raw("version", json_string(HONE_VERSION))
      .text();
}

Session::Answer Session::ask(const JsonNode&, const JsonNode& verb) {
  HONE_TRY_VOID(check_object(verb, {"params", "open"}));
  const JsonNode* open = verb.find("open");
  if (open && open->kind != JsonNode::Kind::boolean)
    return fault(fmt::format("'open' must be true or false, got {}", kind_name(open->kind)), open->at);
  if (open && open->truth && !study_->is_open())
    return fault("the study file has a [space]: leave 'open' out, a trial comes with its values", open->at);
  if (study_->is_open() && !(open && open->truth))
    return fault("the study file has no [space]: ask with {\"open\": true}, then for each value by \"suggest\"",
                 verb.at);
  const auto done = [](std::string_view why) { return JsonObject().raw("done", json_string(why)).text(); };
  if (const JsonNode* params = verb.find("params"); params && study_->is_open())
    return fault("a trial of an open study asks for its values one after another: leave 'params' out", params->at);
  Configuration given;
  if (const JsonNode* params = verb.find("params")) {
    HONE_TRY(given, configuration_of(*params, study_->space()));
  }
  if (stopped_) return done("stopped");
  if (time_seconds_ && used_seconds() >= *time_seconds_) return done("time");
  auto work = study_->next(given);
  if (!work) return fault(work.error().message, verb.at);
  if (const auto* end = std::get_if<StudyDone>(&*work)) return done(end->reason == "halted" ? "stopped" : end->reason);
  if (auto* assignment = std::get_if<Assignment>(&*work)) return given_out(std::move(*assignment));
  return JsonObject().add("wait", true).text();
}

/// The answer that gives a trial out; from now on this session holds it.
std::string Session::given_out(Assignment assignment) {
  const RunRequest& request = assignment.request;
  std::string text = JsonObject()
                         .integer("trial", request.trial)
                         .integer("run", request.run)
                         .raw("seed", std::to_string(request.seed))
                         .raw("params", json_object(request.configuration))
                         .integer("from_step", request.from_step)
                         .integer("max_step", request.max_step)
                         .raw("token", json_string(assignment.claim.token))
                         .text();
  const std::int64_t number = request.trial;
  held_.insert_or_assign(number, Held{std::move(assignment), clock_.monotonic_seconds()});
  return text;
}

Session::Answer Session::suggest(const JsonNode& line, const JsonNode& verb) {
  HONE_TRY(Held* const held, this->held(line, verb));
  const JsonNode* name = line.find("name");
  const JsonNode* domain = line.find("domain");
  if (!name || !domain)
    return fault(
        "a suggest has a name and a domain: {\"suggest\": 0, \"name\": \"x\", \"domain\": {\"type\": "
        "\"float\", \"low\": 0, \"high\": 1}}",
        verb.at);
  HONE_TRY(const std::string text, text_of(*name));
  if (!is_identifier(text))
    return fault(
        fmt::format("'{}' is not a name: letters, digits and _ only, not beginning with a digit", quoted(text)),
        name->at);
  HONE_TRY(const Parameter parameter, parameter_of(text, *domain));
  const auto value = study_->suggest(held->assignment, parameter);
  if (!value) return fault(value.error().message, name->at);
  return JsonObject().add("value", *value).text();
}

Session::Answer Session::enqueue(const JsonNode&, const JsonNode& verb) {
  if (study_->is_open()) return fault("an open study has no space yet: what would be tried is not known", verb.at);
  HONE_TRY(const Configuration given, configuration_of(verb, study_->space()));
  const auto trial = study_->enqueue(given);
  if (!trial) return fault(trial.error().message, verb.at);
  return JsonObject()
      .integer("trial", trial->number)
      .raw("state", json_string(state_name(trial->state)))
      .raw("params", json_object(trial->configuration))
      .text();
}

Session::Answer Session::best(const JsonNode&, const JsonNode& verb) {
  HONE_TRY_VOID(check_object(verb, {}));
  const std::size_t objectives = study_->record().directions.size();
  if (objectives == 1) {
    const auto best = study_->best();
    const bool complete = best && best->state == TrialState::complete;
    return JsonObject().raw("best", complete ? trial_json(*best) : "null").text();
  }
  std::string front;
  for (const TrialRecord& trial : study_->front()) front += (front.empty() ? "" : ",") + trial_json(trial, objectives);
  return JsonObject().raw("best", "[" + front + "]").text();
}

Session::Answer Session::trials(const JsonNode&, const JsonNode& verb) {
  HONE_TRY_VOID(check_object(verb, {}));
  std::string list;
  for (const TrialRecord& trial : study_->trials())
    list += (list.empty() ? "" : ",") + trial_json(trial, study_->record().directions.size());
  return JsonObject().raw("trials", "[" + list + "]").text();
}

Session::Answer Session::stop(const JsonNode&, const JsonNode& verb) {
  HONE_TRY_VOID(check_object(verb, {}));
  stopped_ = true;
  return JsonObject().add("stopped", true).text();
}

double Session::used_seconds() const {
  return used_before_ + clock_.monotonic_seconds() - started_seconds_;
}

void Session::save_used_seconds() {
  // A line that is lost costs a few seconds of the budget, nothing else.
  (void)study_->store().set_attribute(study_->record().id, "seconds_used", number_text(used_seconds()));
  saved_seconds_ = clock_.monotonic_seconds();
}

Result<void> Session::close() {
  Result<void> result;
  for (const auto& [number, held] : held_) {
    RunOutcome handed_back;
    handed_back.state = TrialState::waiting;
    auto done = study_->finish(held.assignment, handed_back, clock_.monotonic_seconds() - held.since_seconds);
    if (!done && result) result = std::unexpected(std::move(done).error());
  }
  held_.clear();
  if (time_seconds_) save_used_seconds();
  if (auto left = study_->leave(); !left && result) result = std::move(left);
  return result;
}

}  // namespace hone
