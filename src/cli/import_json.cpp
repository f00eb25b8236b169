// Trials as JSON: what `hone study export -o FILE.json` or `hone study trials -f json` wrote (declared in
// cli/import_study.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/import_study.hpp"
#include "space/json_line.hpp"

namespace hone {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 30;

class JsonImport {
 public:
  JsonImport(const ImportWishes& wishes, const std::string& text) : wishes_(wishes), text_(text) {}

  Result<ForeignStudy> read() {
    auto parsed = parse_json_line(text_, file_bytes_max);
    if (!parsed) return wrong(parsed.error());
    root_ = std::move(*parsed);
    if (wishes_.file) out_.file = *wishes_.file;
    const JsonNode* trials = &root_;
    if (root_.kind == JsonNode::Kind::object) {
      HONE_TRY_VOID(read_study());
      trials = root_.find("trials");
    } else {
      out_.name = std::filesystem::path(wishes_.path).stem().string();
    }
    if (!trials || trials->kind != JsonNode::Kind::array)
      return refuse(
          fmt::format("'{}' is neither what `hone study export -o FILE.json` writes, an object with \"trials\", "
                      "nor what `hone study trials -f json` prints, an array",
                      wishes_.path));
    if (trials->members.empty()) return refuse(fmt::format("'{}' has no trials", wishes_.path));
    HONE_TRY_VOID(find_objectives(trials->members.front()));
    for (const JsonNode& trial : trials->members) HONE_TRY_VOID(read_trial(trial));
    if (steps_ > 0)
      out_.notes.push_back(
          fmt::format("the list of trials has no intermediate values: the last step of {} trials is "
                      "dropped; `hone study export -o FILE.json` keeps them",
                      steps_));
    if (guess_max_step_) guess_max_step(out_);
    if (!out_.file.space) HONE_TRY_VOID(find_domains());
    return std::move(out_);
  }

 private:
  /// Line and column of the file.
  std::unexpected<Error> wrong(const LineFault& fault) const {
    const std::string_view before = std::string_view(text_).substr(0, fault.at - 1);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto begin = before.rfind('\n');
    return refuse(fmt::format("{}:{}:{}: {}", wishes_.path, line,
                              begin == before.npos ? fault.at : fault.at - begin - 1, fault.message));
  }
  std::unexpected<Error> wrong(const JsonNode& node, std::string message) const {
    return wrong(LineFault{std::move(message), node.at});
  }
  template <class T>
  Result<T> checked(LineResult<T> result) const {
    if (!result) return wrong(result.error());
    return std::move(*result);
  }

  /// The member of that name; errors: there is none.
  Result<const JsonNode*> member(const JsonNode& object, std::string_view name) const {
    const JsonNode* found = object.find(name);
    if (!found) return wrong(object, fmt::format("'{}' is missing", name));
    return found;
  }

  Result<void> read_study() {
    HONE_TRY(const JsonNode* const format, member(root_, "format"));
    HONE_TRY(const std::int64_t number, checked(integer_of(*format)));
    if (number != 1)
      return wrong(*format, fmt::format("format {} is not known, this hone reads 1: upgrade hone", number));
    HONE_TRY(const JsonNode* const study, member(root_, "study"));
    HONE_TRY(const JsonNode* const name, member(*study, "name"));
    HONE_TRY(out_.name, checked(text_of(*name)));
    HONE_TRY(metrics_, texts(*study, "metrics"));
    HONE_TRY(directions_, study->find("direction") ? texts(*study, "direction") : texts(*study, "directions"));
    if (metrics_.size() != directions_.size())
      return wrong(*study, fmt::format("{} metrics and {} directions", metrics_.size(), directions_.size()));
    if (wishes_.file) return {};  // which was said to hold
    HONE_TRY(const JsonNode* const file, member(root_, "study_file"));
    HONE_TRY(const std::string toml, checked(text_of(*file)));
    HONE_TRY(out_.file, parse_study_file(toml, fmt::format("{}: study_file", wishes_.path)));
    if (out_.file.space && out_.file.space->axes().empty()) out_.file.space.reset();
    const bool is_fit = out_.file.data.path || out_.file.data.target || out_.file.fit_metric || out_.file.fit_max_step;
    if (is_fit)
      out_.notes.push_back("it was a study of `hone fit`; here it is one of `hone session`, without [data] and [fit]");
    out_.file.data = {};
    out_.file.fit_metric.reset();
    out_.file.fit_max_step.reset();
    out_.file.ensemble.reset();
    out_.file.folds = 0;
    out_.file.search.seeds_per_trial = 1;
    if (out_.file.directions.empty() && directions_ != std::vector<std::string>{"minimize"})
      out_.file.directions = directions_;
    if (out_.file.metrics.empty() && metrics_ != std::vector{out_.file.metric.value_or("value")}) {
      if (metrics_.size() == 1)
        out_.file.metric = metrics_.front();
      else
        out_.file.metrics = metrics_;
    }
    if (is_fit) guess_max_step_ = true;
    return {};
  }

  /// Nobody said them, or it was an open study, which says what its trials asked for.
  Result<void> find_domains() {
    const JsonNode* asked = root_.find("open_space");
    if (!asked) return guess_space(wishes_, names_, out_);
    HONE_TRY(const std::string toml, checked(text_of(*asked)));
    HONE_TRY(const StudyFile file,
             parse_study_file("format = 1\n" + toml, fmt::format("{}: open_space", wishes_.path)));
    if (!file.space) return wrong(*asked, "'open_space' has no [space]");
    const std::vector<Parameter> parameters(file.space->parameters().begin(), file.space->parameters().end());
    take_open_domains(wishes_, parameters, out_);
    return {};
  }

  Result<std::vector<std::string>> texts(const JsonNode& object, std::string_view name) const {
    HONE_TRY(const JsonNode* const node, member(object, name));
    if (node->kind == JsonNode::Kind::text) return std::vector{node->text};
    if (node->kind != JsonNode::Kind::array) return wrong(*node, fmt::format("'{}' must be an array of texts", name));
    std::vector<std::string> all;
    for (const JsonNode& each : node->members) {
      HONE_TRY(all.emplace_back(), checked(text_of(each)));
    }
    return all;
  }

  Result<void> find_objectives(const JsonNode& first) {
    if (!metrics_.empty() && !wishes_.directions.empty() && wishes_.directions != directions_)
      return refuse(fmt::format("--direction says {}, '{}' {}: leave --direction out", join(wishes_.directions, ", "),
                                wishes_.path, join(directions_, ", ")));
    if (!metrics_.empty()) {
      const std::vector<std::string> wanted =
          out_.file.directions.empty() ? std::vector<std::string>{"minimize"} : out_.file.directions;
      if (wanted != directions_)
        return refuse(fmt::format("the study of '{}' is to {} its value, {} says {}", wishes_.path,
                                  join(directions_, ", "), wishes_.file_source, join(wanted, ", ")));
      return {};
    }
    if (wishes_.file) {
      const auto count = std::max<std::size_t>(1, wishes_.file->metrics.size());
      metrics_ = count > 1 ? wishes_.file->metrics : std::vector{wishes_.file->metric.value_or("value")};
    } else if (first.find("values")) {
      const std::size_t count = std::max<std::size_t>(wishes_.directions.size(), first.find("values")->members.size());
      for (std::size_t i = 0; i < count; ++i) metrics_.push_back(fmt::format("value_{}", i));
    } else {
      metrics_ = {"value"};
    }
    return take_objectives(wishes_, metrics_, out_);
  }

  Result<void> read_trial(const JsonNode& node) {
    if (node.kind != JsonNode::Kind::object) return wrong(node, "a trial is an object");
    ForeignTrial& trial = out_.trials.emplace_back();
    trial.where = fmt::format("{}:{}", wishes_.path, line_of(node));
    trial.why = fmt::format("from {}", quoted(std::filesystem::path(wishes_.path).filename().string()));
    HONE_TRY(const JsonNode* const state_node, member(node, "state"));
    HONE_TRY(const std::string state_text, checked(text_of(*state_node)));
    const auto state = state_from(state_text);
    if (!state) return wrong(*state_node, state.error().message);
    trial.state = is_finished(*state) ? *state : TrialState::waiting;
    HONE_TRY_VOID(read_configuration(node, trial));
    HONE_TRY_VOID(read_values(node, trial));
    HONE_TRY_VOID(read_facts(node, trial));
    if (const JsonNode* runs = node.find("runs")) HONE_TRY_VOID(read_run(*runs, trial));
    if (trial.state == TrialState::waiting) trial.reports.clear();
    if (*state == TrialState::running || *state == TrialState::paused)
      out_.notes.push_back(fmt::format("{} was {}: it waits now, to be started anew", trial.where, state_name(*state)));
    return {};
  }

  std::size_t line_of(const JsonNode& node) {
    // Trials come in the order of the text.
    line_ += static_cast<std::size_t>(
        std::ranges::count(std::string_view(text_).substr(counted_, node.at - 1 - counted_), '\n'));
    counted_ = node.at - 1;
    return line_;
  }

  Result<void> read_configuration(const JsonNode& node, ForeignTrial& trial) {
    HONE_TRY(const JsonNode* const params, member(node, "params"));
    if (params->kind != JsonNode::Kind::object) return wrong(*params, "'params' is an object {\"NAME\": VALUE}");
    std::vector<Configuration::Entry> entries;
    for (const JsonNode& each : params->members) {
      Value value = Null{};
      if (each.kind == JsonNode::Kind::boolean) value = each.truth;
      if (each.kind == JsonNode::Kind::integer) value = each.integer;
      if (each.kind == JsonNode::Kind::real) value = each.real;
      if (each.kind == JsonNode::Kind::text) value = each.text;
      if (each.kind == JsonNode::Kind::array || each.kind == JsonNode::Kind::object)
        return wrong(each, fmt::format("'{}' must be one value, got {}", quoted(each.key), kind_name(each.kind)));
      if (std::ranges::find(names_, each.key) == names_.end()) names_.push_back(each.key);
      entries.emplace_back(each.key, std::move(value));
    }
    trial.configuration = Configuration(std::move(entries));
    return {};
  }

  Result<void> read_values(const JsonNode& node, ForeignTrial& trial) {
    const JsonNode* values = node.find("values");
    const JsonNode* value = values ? values : node.find("value");
    const bool valued = value && value->kind != JsonNode::Kind::null;
    if (trial.state != TrialState::complete) {
      if (valued) return wrong(*value, fmt::format("a {} trial has no value", state_name(trial.state)));
      return {};
    }
    if (!valued) return wrong(value ? *value : node, "a complete trial needs a value");
    if (values) {
      HONE_TRY(trial.values, checked(numbers_of(*values)));
    } else {
      HONE_TRY(trial.values.emplace_back(), checked(number_of(*value)));
    }
    if (trial.values.size() != metrics_.size())
      return wrong(*value, fmt::format("{} values, the study has {} objectives", trial.values.size(), metrics_.size()));
    if (!std::ranges::all_of(trial.values, [](double x) { return std::isfinite(x); }))
      return wrong(*value, "the value of a complete trial is finite; such a trial is failed");
    return {};
  }

  Result<void> read_facts(const JsonNode& node, ForeignTrial& trial) {
    if (const JsonNode* constraints = node.find("constraints")) {
      HONE_TRY(trial.constraints, numbers_or_null(*constraints));
    }
    const auto text = [&](std::string_view name) -> Result<std::string> {
      const JsonNode* found = node.find(name);
      if (!found || found->kind == JsonNode::Kind::null) return std::string();
      return checked(text_of(*found));
    };
    HONE_TRY(trial.arm, text("arm"));
    HONE_TRY(trial.reason, text("reason"));
    HONE_TRY(const std::string started, text("started"));
    if (!started.empty()) {
      const auto at = read_utc_time(started);
      if (!at)
        return wrong(*node.find("started"),
                     fmt::format("'{}' is no time such as 2026-11-23T20:15:07Z", quoted(started)));
      trial.started_ms = *at;
    }
    if (const JsonNode* seconds = node.find("seconds"); seconds && seconds->kind != JsonNode::Kind::null) {
      HONE_TRY(trial.seconds, checked(number_of(*seconds)));
      if (!std::isfinite(trial.seconds) || trial.seconds < 0)
        return wrong(*seconds, "'seconds' is a number, 0 or more");
    }
    if (const JsonNode* cost = node.find("cost")) {
      HONE_TRY(trial.cost, checked(cost_of(*cost)));
    }
    if (const JsonNode* attempt = node.find("attempt")) {
      HONE_TRY(trial.attempt, checked(integer_of(*attempt)));
      if (trial.attempt < 0) return wrong(*attempt, "'attempt' is 0 or more");
    }
    const JsonNode* steps = node.find("steps");
    if (!node.find("runs") && steps && steps->integer != 0) ++steps_;
    return {};
  }

  /// null stands for what is not finite.
  Result<std::vector<double>> numbers_or_null(const JsonNode& node) const {
    if (node.kind != JsonNode::Kind::array) return wrong(node, "an array of numbers belongs there");
    std::vector<double> all;
    for (const JsonNode& each : node.members) {
      if (each.kind == JsonNode::Kind::null) {
        all.push_back(std::numeric_limits<double>::quiet_NaN());
      } else {
        HONE_TRY(all.emplace_back(), checked(number_of(each)));
      }
    }
    return all;
  }

  Result<void> read_run(const JsonNode& runs, ForeignTrial& trial) {
    if (runs.kind != JsonNode::Kind::array || runs.members.size() != 1 ||
        runs.members.front().kind != JsonNode::Kind::object)
      return wrong(runs, fmt::format("'runs' must be an array of one run, got {}", runs.members.size()));
    const JsonNode& run = runs.members.front();
    if (const JsonNode* seed = run.find("seed")) {
      // 64 bits without sign do not fit a whole number of JSON's reader: they are read from the text.
      HONE_TRY(trial.seed, read_seed(*seed));
    }
    const JsonNode* reports = run.find("reports");
    if (!reports) return {};
    if (reports->kind != JsonNode::Kind::array) return wrong(*reports, "'reports' is an array of [step, value]");
    for (const JsonNode& report : reports->members) {
      if (report.kind != JsonNode::Kind::array || report.members.size() != metrics_.size() + 1)
        return wrong(report, fmt::format("a report is an array of a step and {} values", metrics_.size()));
      HONE_TRY(std::vector<double> numbers, numbers_or_null(report));
      HONE_TRY(const std::int64_t step, checked(integer_of(report.members.front())));
      if (step < 0) return wrong(report, "a step is 0 or more");
      numbers.erase(numbers.begin());
      trial.reports.push_back({step, std::move(numbers)});
    }
    return {};
  }

  Result<std::uint64_t> read_seed(const JsonNode& node) const {
    const bool is_number = node.kind == JsonNode::Kind::integer || node.kind == JsonNode::Kind::real;
    const auto begin = text_.find_first_not_of(" \t\r\n", text_.find(':', node.at - 1) + 1);
    std::uint64_t seed = 0;
    if (is_number && begin != text_.npos) {
      const char* const end = text_.data() + text_.size();
      const auto [at, error] = std::from_chars(text_.data() + begin, end, seed);
      if (error == std::errc() && at != end && (*at == ',' || *at == '}' || *at == ' ' || *at == '\n')) return seed;
    }
    return wrong(node, "'seed' is a whole number of 64 bits without sign");
  }

  const ImportWishes& wishes_;
  const std::string& text_;
  JsonNode root_;
  ForeignStudy out_;
  std::vector<std::string> metrics_, directions_, names_;
  bool guess_max_step_ = false;
  std::size_t steps_ = 0, line_ = 1, counted_ = 0;
};

}  // namespace

Result<ForeignStudy> read_json_study(const ImportWishes& wishes) {
  HONE_TRY(const std::string text, read_file(wishes.path));
  if (text.find_first_not_of(" \t\r\n") == text.npos)
    return refuse(fmt::format("'{}' is empty: `hone study export NAME -o FILE.json` writes such a file", wishes.path));
  return JsonImport(wishes, text).read();
}

}  // namespace hone
