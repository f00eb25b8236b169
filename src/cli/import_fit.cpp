// From trials of a file to trials of a space (declared in cli/import_study.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/text.hpp"
#include "cli/import_study.hpp"
#include "engine/study_open.hpp"

namespace hone {
namespace {

/// The same value in the parameter's own type: 3 for a float is 3.0, 3.0 for an int 3, a choice is found by type and
/// value first, then by number.
Value in_type_of(const Parameter& parameter, const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  if (!whole && !real) return value;
  constexpr double exact_max = 9007199254740992.0;  // 2^53
  if (parameter.type == ParameterType::float_) return value_number(value);
  if (parameter.type == ParameterType::int_)
    return real && *real == std::floor(*real) && std::abs(*real) <= exact_max ? Value(static_cast<std::int64_t>(*real))
                                                                              : value;
  const auto choices = choices_of(parameter);
  if (choice_index(choices, value)) return value;
  const auto same = std::ranges::find_if(choices, [&](const Value& choice) {
    return !std::holds_alternative<bool>(choice) && value_number(choice) == value_number(value);
  });
  return same == choices.end() ? value : *same;
}

/// The configuration in the order of the axes. Values on a grid are the grid's own: 0.3, not 0.30000000000000004.
Result<Configuration> in_space(const Space& space, const Configuration& given) {
  std::vector<std::pair<std::size_t, Value>> values;
  for (const auto& [name, value] : given.entries()) {
    const auto axis = space.find_axis(name);
    if (!axis) {
      std::vector<std::string> known;
      for (const Axis& each : space.axes()) known.push_back(each.name);
      return refuse(fmt::format("unknown parameter '{}'; {}", quoted(name), suggest_name(name, known)));
    }
    const Parameter& parameter = space.parameters()[space.axes()[*axis].parameter];
    Value typed = in_type_of(parameter, value);
    HONE_TRY(const double unit, space.encode(*axis, typed));
    if (parameter.type == ParameterType::float_ && parameter.step != 0) typed = space.decode(*axis, unit);
    values.emplace_back(*axis, std::move(typed));
  }
  std::ranges::sort(values, {}, &std::pair<std::size_t, Value>::first);
  std::vector<Configuration::Entry> entries;
  for (auto& [axis, value] : values) entries.emplace_back(space.axes()[axis].name, std::move(value));
  return Configuration(std::move(entries));
}

class Fitting {
 public:
  Fitting(ForeignStudy& study, const Space& space) : study_(study), space_(space), said_(study.said) {}

  /// Nothing for a trial that is left out.
  Result<std::optional<NewTrial>> operator()(const ForeignTrial& foreign) {
    NewTrial trial;
    if (space_.axes().empty()) {
      HONE_TRY(trial.configuration, in_domains(foreign.configuration));
      return trial;
    }
    HONE_TRY(trial.configuration, in_space(space_, foreign.configuration));
    auto point = space_.point(trial.configuration);
    const bool measured = foreign.state == TrialState::complete || foreign.state == TrialState::pruned;
    if (!point && !measured && space_.complete(trial.configuration, Point(space_.axes().size(), 0.5))) {
      leave_out(foreign);
      return std::nullopt;
    }
    if (!point) return std::unexpected(std::move(point).error());
    renumbered_ = !left_out_.empty();
    if (measured && space_.forbidden(trial.configuration)) ++forbidden_;
    trial.point = std::move(*point);
    return trial;
  }

  /// Of an open study: which of its parameters are new in the journal.
  std::vector<std::string> new_domains(const Configuration& configuration) {
    std::vector<std::string> domains;
    for (const auto& [name, value] : configuration.entries()) {
      const bool is_new = std::ranges::find(said_, name) == said_.end();
      if (is_new) said_.push_back(name);
      domains.push_back(is_new ? alone_.at(name).to_toml() : "");
    }
    return domains;
  }

  void note_the_rest() {
    if (!left_out_.empty())
      study_.notes.push_back(
          fmt::format("left out, since they have no value for every parameter: {}{}",
                      join(std::span(left_out_).first(std::min<std::size_t>(left_out_.size(), 5)), "; "),
                      left_out_.size() > 5 ? fmt::format("; and {} more", left_out_.size() - 5) : ""));
    if (renumbered_) study_.notes.push_back("so the numbers of later trials are smaller than in the file");
    if (forbidden_ > 0)
      study_.notes.push_back(
          fmt::format("{} of the trials are forbidden by [constraints]; they were kept", forbidden_));
  }

 private:
  Result<Configuration> in_domains(const Configuration& given) {
    std::vector<Configuration::Entry> entries;
    for (const auto& [name, value] : given.entries()) {
      const auto found = std::ranges::find(study_.domains, name, &Parameter::name);
      if (found == study_.domains.end()) return refuse(fmt::format("nobody said what '{}' is", quoted(name)));
      if (!alone_.contains(name)) {
        HONE_TRY(Space alone, Space::make({*found}));
        alone_.emplace(name, std::move(alone));
      }
      HONE_TRY(const Configuration one, in_space(alone_.at(name), Configuration({{name, value}})));
      entries.push_back(one.entries().front());
    }
    return Configuration(std::move(entries));
  }

  void leave_out(const ForeignTrial& foreign) {
    std::string what = fmt::format("{} ({})", foreign.where, state_name(foreign.state));
    if (foreign.state == TrialState::waiting && !foreign.configuration.empty())
      what += fmt::format("; in a session {{\"enqueue\": {}}} asks for it again", foreign.configuration.json());
    left_out_.push_back(std::move(what));
  }

  ForeignStudy& study_;
  const Space& space_;
  std::map<std::string, Space> alone_;  // of an open study, by parameter
  std::vector<std::string> said_;
  std::vector<std::string> left_out_;
  std::size_t forbidden_ = 0;
  bool renumbered_ = false;
};

std::optional<Outcome> outcome_of(const ForeignTrial& foreign) {
  if (foreign.state == TrialState::waiting) return std::nullopt;
  Outcome outcome;
  outcome.state = foreign.state;
  if (foreign.state == TrialState::complete) outcome.values = foreign.values;
  outcome.constraints = foreign.constraints;
  outcome.reason = foreign.reason;
  outcome.seconds = foreign.seconds;
  return outcome;
}

}  // namespace

Result<std::vector<ImportedTrial>> fit_trials(ForeignStudy& study, const Space& space, std::int64_t first,
                                              std::uint64_t study_seed) {
  Fitting fitting(study, space);
  std::vector<ImportedTrial> all;
  for (const ForeignTrial& foreign : study.trials) {
    auto trial = fitting(foreign);
    if (!trial) return refuse(fmt::format("{}: {}", foreign.where, trial.error().message));
    if (!*trial) continue;
    ImportedTrial& imported = all.emplace_back();
    imported.trial = std::move(**trial);
    imported.trial.number = first + std::ssize(all) - 1;
    imported.trial.origin = Origin::imported;
    imported.trial.arm = foreign.arm;
    imported.trial.why = foreign.why;
    imported.trial.attempt = foreign.attempt;
    imported.trial.run_seed = foreign.seed ? *foreign.seed : run_seed(study_seed, imported.trial.number, 0);
    imported.trial.kernel_id = HONE_VERSION;
    imported.trial.started_ms = foreign.started_ms;
    if (space.axes().empty()) imported.domains = fitting.new_domains(imported.trial.configuration);
    imported.reports = foreign.reports;
    imported.outcome = outcome_of(foreign);
    imported.attributes = foreign.attributes;
    imported.cost = foreign.cost;
  }
  fitting.note_the_rest();
  return all;
}

Result<void> take_objectives(const ImportWishes& wishes, const std::vector<std::string>& metrics, ForeignStudy& study) {
  StudyFile& file = study.file;
  const bool is_new = !wishes.file;
  std::vector<std::string> directions = wishes.directions;
  if (!directions.empty() && directions.size() != metrics.size())
    return refuse(fmt::format("{} objectives ({}) need as many --direction, got {}", metrics.size(),
                              join(metrics, ", "), directions.size()));
  if (!is_new) {
    const std::vector<std::string> stored =
        file.directions.empty() ? std::vector<std::string>{"minimize"} : file.directions;
    if (!directions.empty() && directions != stored)
      return refuse(fmt::format("--direction says {}, {} says {}: leave --direction out, or change the file",
                                join(directions, ", "), wishes.file_source, join(stored, ", ")));
    if (stored.size() != metrics.size())
      return refuse(fmt::format("{} has {} objectives ({}), {} has {}", wishes.path, metrics.size(),
                                join(metrics, ", "), wishes.file_source, stored.size()));
    return {};
  }
  if (directions.empty()) {
    directions.assign(metrics.size(), "minimize");
    study.notes.push_back(
        fmt::format("assumed that {} is to be minimized; --direction maximize says otherwise", join(metrics, ", ")));
  }
  file.directions = directions;
  if (metrics.size() == 1)
    file.metric = metrics.front();
  else
    file.metrics = metrics;
  return {};
}

void guess_max_step(ForeignStudy& study) {
  std::int64_t last = 0;
  for (const ForeignTrial& trial : study.trials)
    if (trial.state == TrialState::complete && !trial.reports.empty()) last = std::max(last, trial.reports.back().step);
  if (last == 0) return;
  if (!study.file.run) study.file.run.emplace();
  study.file.run->max_step = last;
  study.notes.push_back(fmt::format("max_step is {}, the last step that a complete trial reported", last));
}

std::optional<std::int64_t> read_utc_time(const std::string& text) {
  std::tm parts{};
  char zone = 0, rest = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%c%c", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &zone, &rest) != 7 ||
      zone != 'Z')
    return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  const std::tm wanted = parts;
  const std::time_t seconds = timegm(&parts);
  if (parts.tm_mon != wanted.tm_mon || parts.tm_mday != wanted.tm_mday || parts.tm_hour != wanted.tm_hour)
    return std::nullopt;  // no day of the calendar
  return std::int64_t{seconds} * 1000;
}

}  // namespace hone
