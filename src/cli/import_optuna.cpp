// Studies of Optuna (declared in cli/import_study.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>

#include "base/text.hpp"
#include "cli/import_study.hpp"
#include "cli/optuna_domain.hpp"
#include "report/json_text.hpp"
#include "space/json_line.hpp"
#include "storage/optuna_file.hpp"

namespace hone {
namespace {

/// Microseconds since 1970 of "2026-11-23 20:15:07.123456" in local time.
std::optional<std::int64_t> local_time(const std::string& text) {
  std::tm parts{};
  double seconds = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%*1[ T]%2d:%2d:%lf", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &seconds) != 6 ||
      !(seconds >= 0 && seconds < 61))
    return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  parts.tm_isdst = -1;
  const std::time_t minute = mktime(&parts);
  return minute == -1 ? std::nullopt : std::optional(std::int64_t{minute} * 1'000'000 + std::llround(seconds * 1e6));
}

const std::string* find(const OptunaTrial::Attributes& attributes, std::string_view key) {
  const auto found = std::ranges::find(attributes, key, [](const auto& each) { return std::string_view(each.first); });
  return found == attributes.end() ? nullptr : &found->second;
}

/// `{"note": "hi", ...}`, or "" if there are none. What is not JSON becomes text.
std::string object_of(const OptunaTrial::Attributes& attributes) {
  if (attributes.empty()) return "";
  JsonObject object;
  for (const auto& [key, json] : attributes) {
    const auto node = parse_json_line(json);
    object.raw(json_string(key).substr(1, json_string(key).size() - 2), node ? json_text(*node) : json_string(json));
  }
  return object.text();
}

class OptunaImport {
 public:
  OptunaImport(const ImportWishes& wishes, OptunaStudy optuna) : wishes_(wishes), in_(std::move(optuna)) {}

  Result<ForeignStudy> read() {
    out_.name = in_.name;
    if (wishes_.file) out_.file = *wishes_.file;
    out_.attributes = object_of(in_.user_attributes);
    HONE_TRY_VOID(read_objectives());
    HONE_TRY_VOID(read_domains());
    for (const OptunaTrial& trial : in_.trials) HONE_TRY_VOID(read_trial(trial));
    if (out_.trials.empty())
      return refuse(fmt::format("'{}': study '{}' has no trials", wishes_.path, quoted(in_.name)));
    if (!wishes_.file) HONE_TRY_VOID(make_space());
    if (wishes_.file && !wishes_.file->space) take_open_domains(wishes_, domains_, out_);
    tell_what_changed();
    return std::move(out_);
  }

 private:
  std::unexpected<Error> wrong(const OptunaTrial& trial, std::string_view what) const {
    return refuse(fmt::format("'{}', trial {}: {}", wishes_.path, trial.number, what));
  }

  Result<void> read_objectives() {
    std::vector<std::string> directions;
    for (const std::string& direction : in_.directions) {
      if (direction == "MINIMIZE")
        directions.push_back("minimize");
      else if (direction == "MAXIMIZE")
        directions.push_back("maximize");
      else
        return refuse(
            fmt::format("'{}': study '{}' has the direction '{}', MINIMIZE or MAXIMIZE is needed: set it "
                        "with Optuna",
                        wishes_.path, quoted(in_.name), quoted(direction)));
    }
    if (!wishes_.directions.empty() && wishes_.directions != directions)
      return refuse(fmt::format("--direction says {}, study '{}' of '{}' {}: leave --direction out",
                                join(wishes_.directions, ", "), quoted(in_.name), wishes_.path,
                                join(directions, ", ")));
    if (wishes_.file) {
      const auto stored =
          wishes_.file->directions.empty() ? std::vector<std::string>{"minimize"} : wishes_.file->directions;
      if (stored != directions)
        return refuse(fmt::format("study '{}' of '{}' is to {} its value, {} says {}", quoted(in_.name), wishes_.path,
                                  join(directions, ", "), wishes_.file_source, join(stored, ", ")));
      return {};
    }
    out_.file.directions = directions;
    std::vector<std::string> metrics;
    if (const std::string* names = find(in_.system_attributes, "study:metric_names"))
      if (const auto node = parse_json_line(*names); node && node->kind == JsonNode::Kind::array)
        for (const JsonNode& name : node->members) metrics.push_back(name.text);
    const std::set<std::string> different(metrics.begin(), metrics.end());
    const bool usable =
        metrics.size() == directions.size() && different.size() == metrics.size() && !different.contains("");
    if (directions.size() > 1) {
      if (!usable) {
        metrics.clear();
        for (std::size_t i = 0; i < directions.size(); ++i) metrics.push_back(fmt::format("value_{}", i));
      }
      out_.file.metrics = metrics;
    } else if (usable) {
      out_.file.metric = metrics.front();
    }
    return {};
  }

  /// A name of ours for a parameter of Optuna's, which may be any text.
  const std::string& our_name(const std::string& theirs) {
    const auto [at, is_new] = names_.try_emplace(theirs, theirs);
    if (!is_new) return at->second;
    if (wishes_.file && wishes_.file->space && wishes_.file->space->find_axis(theirs)) return at->second;
    std::string name = theirs;
    const auto good = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    for (char& c : name)
      if (!good(c)) c = '_';
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name = "_" + name;
    const std::string base = name;
    for (int i = 2; taken_.contains(name); ++i) name = fmt::format("{}_{}", base, i);
    if (name != theirs) out_.notes.push_back(fmt::format("'{}' is called {} here", quoted(theirs), name));
    taken_.insert(name);
    return at->second = name;
  }

  Result<const Parameter*> distribution(const OptunaTrial& trial, const OptunaTrial::Parameter& parameter) {
    const auto key = std::pair(parameter.name, parameter.distribution);
    if (const auto found = distributions_.find(key); found != distributions_.end()) return &found->second;
    auto read = parameter_from_optuna(our_name(parameter.name), parameter.distribution, out_.notes);
    if (!read) return wrong(trial, read.error().message);
    return &distributions_.emplace(key, std::move(*read)).first->second;
  }

  /// The union of the domains that a parameter had in any trial.
  Result<void> read_domains() {
    for (const OptunaTrial& trial : in_.trials)  // names that need no change keep theirs
      for (const auto& parameter : trial.parameters)
        if (is_identifier(parameter.name)) our_name_kept(parameter.name);
    for (const OptunaTrial& trial : in_.trials)
      for (const auto& parameter : trial.parameters) {
        HONE_TRY(const Parameter* const one, distribution(trial, parameter));
        const auto found = std::ranges::find(domains_, one->name, &Parameter::name);
        if (found == domains_.end()) {
          domains_.push_back(*one);
          continue;
        }
        const auto changed = widen(*found, *one);
        if (!changed) return wrong(trial, changed.error().message);
        if (*changed) widened_.insert(found->name);
      }
    return {};
  }

  void our_name_kept(const std::string& name) {
    names_.try_emplace(name, name);
    taken_.insert(name);
  }

  Result<void> read_trial(const OptunaTrial& trial) {
    ForeignTrial& foreign = out_.trials.emplace_back();
    foreign.where = fmt::format("'{}', trial {}", wishes_.path, trial.number);
    foreign.arm = "optuna";
    foreign.why = fmt::format("trial {} of Optuna's study '{}'", trial.number, quoted(in_.name));
    foreign.attributes = object_of(trial.user_attributes);
    for (const auto& parameter : trial.parameters) {
      HONE_TRY(const Parameter* const domain, distribution(trial, parameter));
      auto value = value_from_optuna(*domain, parameter.value);
      if (!value) return wrong(trial, value.error().message);
      foreign.configuration.set(domain->name, std::move(*value));
    }
    const auto started = local_time(trial.started), completed = local_time(trial.completed);
    if (started) foreign.started_ms = *started / 1000;
    if (started && completed && *completed > *started)
      foreign.seconds = static_cast<double>(*completed - *started) / 1e6;
    for (const auto& [step, value] : trial.reports) {
      if (in_.directions.size() > 1) return wrong(trial, "it has intermediate values, but several objectives");
      foreign.reports.push_back({step, {value}});
    }
    HONE_TRY_VOID(read_constraints(trial, foreign));
    return read_state(trial, foreign);
  }

  Result<void> read_constraints(const OptunaTrial& trial, ForeignTrial& foreign) {
    const std::string* json = find(trial.system_attributes, "constraints");
    if (!json || *json == "null") return {};
    const auto node = parse_json_line(*json);
    const auto numbers = node ? numbers_of(*node) : std::unexpected(node.error());
    if (!numbers)
      return wrong(trial, fmt::format("its constraints are '{}': {}", quoted(*json), numbers.error().message));
    foreign.constraints = *numbers;
    return {};
  }

  Result<void> read_state(const OptunaTrial& trial, ForeignTrial& foreign) {
    if (trial.state == "COMPLETE") {
      if (trial.values.size() != in_.directions.size())
        return wrong(trial, fmt::format("it is complete with {} values, the study has {} objectives",
                                        trial.values.size(), in_.directions.size()));
      foreign.values = trial.values;
      if (std::ranges::all_of(trial.values, [](double value) { return std::isfinite(value); })) return {};
      foreign.state = TrialState::failed;
      std::vector<std::string> texts;
      for (const double value : trial.values) texts.push_back(number_text(value));
      foreign.reason = fmt::format("its value was {}, which is not finite", join(texts, ", "));
      ++infinite_;
    } else if (trial.state == "PRUNED") {
      foreign.state = TrialState::pruned;
      foreign.reason = "pruned by Optuna";
    } else if (trial.state == "FAIL") {
      foreign.state = TrialState::failed;
      const std::string* reason = find(trial.system_attributes, "fail_reason");
      const auto node = reason ? parse_json_line(*reason) : LineResult<JsonNode>(JsonNode{});
      foreign.reason = node && !node->text.empty() ? node->text : "failed in Optuna";
    } else if (trial.state == "RUNNING") {
      foreign.state = TrialState::failed;
      foreign.reason = "was running in Optuna when it was imported";
      ++running_;
    } else if (trial.state == "WAITING") {
      foreign.state = TrialState::waiting;
      return read_enqueued(trial, foreign);
    } else {
      return wrong(trial,
                   fmt::format("it is '{}'; known: COMPLETE, PRUNED, FAIL, RUNNING, WAITING", quoted(trial.state)));
    }
    return {};
  }

  /// Of a trial that was enqueued, the values that it is to have.
  Result<void> read_enqueued(const OptunaTrial& trial, ForeignTrial& foreign) {
    const std::string* json = find(trial.system_attributes, "fixed_params");
    if (!json) return {};
    const auto node = parse_json_line(*json);
    if (!node || node->kind != JsonNode::Kind::object)
      return wrong(trial, fmt::format("its fixed_params are '{}', not an object", quoted(*json)));
    for (const JsonNode& member : node->members) {
      Value value = Null{};
      if (member.kind == JsonNode::Kind::boolean) value = member.truth;
      if (member.kind == JsonNode::Kind::integer) value = member.integer;
      if (member.kind == JsonNode::Kind::real) value = member.real;
      if (member.kind == JsonNode::Kind::text) value = member.text;
      const std::string& name = our_name(member.key);
      // A parameter that no trial has had yet has no domain: it cannot be given a value here.
      if (std::ranges::find(domains_, name, &Parameter::name) != domains_.end())
        foreign.configuration.set(name, std::move(value));
      else
        out_.notes.push_back(fmt::format("waiting trial {} fixes '{}', which no other trial has: dropped", trial.number,
                                         quoted(member.key)));
    }
    return {};
  }

  /// One space, if all trials that measured something have the same parameters; else an open study, as Optuna's are.
  Result<void> make_space() {
    std::set<std::string> all, always;
    bool any = false;
    for (const ForeignTrial& trial : out_.trials) {
      if (trial.state != TrialState::complete && trial.state != TrialState::pruned) continue;
      std::set<std::string> here;
      for (const auto& [name, value] : trial.configuration.entries()) here.insert(name);
      if (!any) always = here;
      std::erase_if(always, [&](const std::string& name) { return !here.contains(name); });
      all.merge(here);
      any = true;
    }
    std::vector<std::string> sometimes;
    std::ranges::set_difference(all, always, std::back_inserter(sometimes));
    if (!sometimes.empty()) {
      out_.domains = domains_;
      out_.notes.push_back(
          fmt::format("not every trial has {}: as in Optuna, the study has no fixed space, and its "
                      "trials ask for their parameters one by one ({{\"ask\": {{\"open\": true}}}} in "
                      "a session). --space FILE gives it a space with conditions instead",
                      join(sometimes, ", ")));
      return {};
    }
    std::vector<Parameter> parameters;
    for (const Parameter& domain : domains_)
      if (!any || always.contains(domain.name)) parameters.push_back(domain);
    if (parameters.empty())
      return refuse(fmt::format("'{}': no trial of study '{}' has parameters", wishes_.path, quoted(in_.name)));
    for (ForeignTrial& trial : out_.trials) drop_unknown(trial, parameters);
    auto space = Space::make(std::move(parameters));
    if (!space) return refuse(fmt::format("'{}': {}", wishes_.path, space.error().message));
    out_.file.space = std::move(*space);
    guess_max_step(out_);
    return {};
  }

  /// Parameters that only trials had which failed before they asked for the others.
  static void drop_unknown(ForeignTrial& trial, const std::vector<Parameter>& parameters) {
    std::vector<Configuration::Entry> kept;
    for (const auto& entry : trial.configuration.entries())
      if (std::ranges::find(parameters, entry.first, &Parameter::name) != parameters.end()) kept.push_back(entry);
    if (kept.size() < trial.configuration.entries().size()) trial.configuration = Configuration(std::move(kept));
  }

  void tell_what_changed() {
    for (const std::string& name : widened_)
      out_.notes.push_back(fmt::format("had different domains in different trials, here their union: {}",
                                       domain_text(*std::ranges::find(domains_, name, &Parameter::name))));
    if (running_ > 0)
      out_.notes.push_back(
          fmt::format("{} trial{} running in Optuna: imported as failed", running_, running_ == 1 ? " was" : "s were"));
    if (infinite_ > 0)
      out_.notes.push_back(fmt::format("{} complete trial{} a value that is not finite: imported as failed", infinite_,
                                       infinite_ == 1 ? " has" : "s have"));
  }

  const ImportWishes& wishes_;
  OptunaStudy in_;
  ForeignStudy out_;
  std::map<std::string, std::string> names_;  // ours by theirs
  std::set<std::string> taken_, widened_;
  std::map<std::pair<std::string, std::string>, Parameter> distributions_;  // by name and JSON
  std::vector<Parameter> domains_;                                          // in order of first appearance
  std::size_t running_ = 0, infinite_ = 0;
};

}  // namespace

Result<ForeignStudy> read_optuna_study(const ImportWishes& wishes) {
  HONE_TRY(OptunaStudy optuna, read_optuna(wishes.path, wishes.optuna_study));
  return OptunaImport(wishes, std::move(optuna)).read();
}

}  // namespace hone
