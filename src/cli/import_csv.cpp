// Trials as a table: what `hone study export -o FILE.csv` wrote, or a person (declared in cli/import_study.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/text.hpp"
#include "cli/import_study.hpp"
#include "data/csv.hpp"
#include "data/plain_text.hpp"

namespace hone {
namespace {

/// Columns of hone's own table before the metrics, and behind the parameters.
constexpr std::string_view own_first[] = {"trial", "state"};
constexpr std::string_view own_last[] = {"steps", "arm", "started", "seconds", "reason"};

std::string lower(std::string_view text) {
  std::string all(text);
  for (char& c : all)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return all;
}

/// What a cell seems to be, of a column of which nobody has said what it is.
Value plain_value(std::string_view cell) {
  if (const auto whole = parse_integer(cell)) return *whole;
  if (const auto number = parse_number(cell); number && std::isfinite(*number)) return *number;
  const std::string word = lower(cell);
  if (word == "true" || word == "false") return word == "true";
  return std::string(cell);
}

class CsvImport {
 public:
  CsvImport(const ImportWishes& wishes, CsvTable table) : wishes_(wishes), table_(std::move(table)) {}

  Result<ForeignStudy> read() {
    if (wishes_.file) out_.file = *wishes_.file;
    out_.name = std::filesystem::path(wishes_.path).stem().string();
    HONE_TRY_VOID(sort_columns());
    HONE_TRY_VOID(check_names());
    std::vector<std::string> metrics;
    for (const std::size_t column : values_) metrics.push_back(table_.names()[column]);
    HONE_TRY_VOID(take_objectives(wishes_, metrics, out_));
    if (table_.rows() == 0) return refuse(fmt::format("'{}' has no rows behind its header", wishes_.path));
    if (!space()) unify_guesses();
    for (std::size_t row = 0; row < table_.rows(); ++row) HONE_TRY_VOID(read_row(row));
    if (steps_ > 0)
      out_.notes.push_back(
          fmt::format("a table has no intermediate values: the last step of {} trials is dropped; "
                      "-o FILE.json keeps them",
                      steps_));
    if (without_value_ > 0)
      out_.notes.push_back(fmt::format("{} rows have no finite value: imported as failed", without_value_));
    if (space()) return std::move(out_);
    std::vector<std::string> names;
    for (const std::size_t column : parameters_) names.push_back(table_.names()[column]);
    HONE_TRY_VOID(guess_space(wishes_, names, out_));
    return std::move(out_);
  }

 private:
  const Space* space() const { return wishes_.file && wishes_.file->space ? &*wishes_.file->space : nullptr; }
  std::string place(std::size_t row) const { return fmt::format("{}:{}", wishes_.path, table_.line(row)); }
  std::unexpected<Error> wrong(std::size_t row, std::size_t column, std::string_view what) const {
    return refuse(fmt::format("{}: column '{}': {}", place(row), quoted(table_.names()[column]), what));
  }

  /// With "cost" behind them, if trials had one.
  std::size_t own_last_count() const { return std::size(own_last) + (has_cost_ ? 1 : 0); }

  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::ranges::find(table_.names(), name);
    if (found == table_.names().end()) return std::nullopt;
    return static_cast<std::size_t>(found - table_.names().begin());
  }

  /// Which columns are values, and which parameters.
  Result<void> sort_columns() {
    const auto& names = table_.names();
    has_cost_ = names.size() > std::size(own_last) && names.back() == "cost";
    const std::size_t first = std::size(own_first), last = own_last_count();
    is_own_ = names.size() >= first + 1 + last && std::ranges::equal(std::span(names).first(first), own_first) &&
              std::ranges::equal(std::span(names).last(last).first(std::size(own_last)), own_last);
    std::vector<std::string> wanted = wishes_.values;
    if (wanted.empty() && wishes_.file) {
      wanted = wishes_.file->metrics;
      if (wanted.empty() && wishes_.file->metric) wanted = {*wishes_.file->metric};
    }
    if (wanted.empty() && is_own_) wanted = {names[first]};
    if (wanted.empty() && find("value")) wanted = {"value"};
    if (wanted.empty())
      return refuse(fmt::format("which column of '{}' is the value? Say it with --value COLUMN; there are: {}",
                                wishes_.path, join(names, ", ")));
    for (const std::string& name : wanted) {
      const auto column = find(name);
      if (!column)
        return refuse(fmt::format("'{}' has no column '{}' for the value; {}. --value COLUMN says which it is",
                                  wishes_.path, quoted(name), suggest_name(name, names)));
      if (std::ranges::find(values_, *column) != values_.end())
        return refuse(fmt::format("--value '{}' was given twice", quoted(name)));
      values_.push_back(*column);
    }
    for (const std::string& name : wishes_.ignored)
      if (!find(name))
        return refuse(fmt::format("--ignore: '{}' has no column '{}'; {}", wishes_.path, quoted(name),
                                  suggest_name(name, names)));
    const std::size_t begin = is_own_ ? first : 0, end = is_own_ ? names.size() - last : names.size();
    for (std::size_t column = begin; column < end; ++column)
      if (std::ranges::find(values_, column) == values_.end() &&
          std::ranges::find(wishes_.ignored, names[column]) == wishes_.ignored.end())
        parameters_.push_back(column);
    return {};
  }

  /// Every parameter of the space has a column, and every column is one.
  Result<void> check_names() {
    if (!space()) {
      for (const std::size_t column : parameters_)
        if (!is_identifier(table_.names()[column]))
          return refuse(
              fmt::format("'{}': column '{}' cannot be the name of a parameter (letters, digits and _, not "
                          "beginning with a digit): rename it, or leave it out with --ignore",
                          wishes_.path, quoted(table_.names()[column])));
      return {};
    }
    std::vector<std::string> known;
    for (const Axis& axis : space()->axes()) known.push_back(axis.name);
    for (const std::size_t column : parameters_)
      if (const std::string& name = table_.names()[column]; !space()->find_axis(name))
        return refuse(fmt::format("'{}': column '{}' is no parameter of {}; {}. --ignore leaves it out", wishes_.path,
                                  quoted(name), wishes_.file_source, suggest_name(name, known)));
    // In hone's own table a parameter that no trial had has no column.
    for (std::size_t axis = 0; axis < space()->axes().size() && !is_own_; ++axis)
      if (const auto& each = space()->axes()[axis]; each.parents.empty() && !find(each.name))
        return refuse(fmt::format("'{}' has no column '{}', which {} has: add it, or take it out of the space",
                                  wishes_.path, each.name, wishes_.file_source));
    return {};
  }

  /// A column of numbers and words is one of words.
  void unify_guesses() {
    is_text_.assign(table_.columns(), false);
    for (const std::size_t column : parameters_) {
      bool any_number = false, any_word = false, any_bool = false;
      for (std::size_t row = 0; row < table_.rows(); ++row) {
        const std::string_view cell = table_.cell(row, column);
        if (cell.empty()) continue;
        const Value value = plain_value(cell);
        any_bool |= std::holds_alternative<bool>(value);
        (std::holds_alternative<std::string>(value) ? any_word : any_number) |= !std::holds_alternative<bool>(value);
      }
      is_text_[column] = any_word || (any_bool && any_number);
    }
  }

  Result<void> read_row(std::size_t row) {
    ForeignTrial& trial = out_.trials.emplace_back();
    trial.where = place(row);
    trial.arm = "imported";
    trial.why =
        fmt::format("line {} of {}", table_.line(row), quoted(std::filesystem::path(wishes_.path).filename().string()));
    if (is_own_) HONE_TRY_VOID(read_own(row, trial));
    std::vector<std::string> tentative;
    for (const std::size_t column : parameters_) {
      HONE_TRY(auto value, read_parameter(row, column));
      if (!value) continue;
      if (table_.cell(row, column).empty()) tentative.push_back(table_.names()[column]);
      trial.configuration.set(table_.names()[column], std::move(*value));
    }
    if (!tentative.empty()) drop_inactive(trial, tentative);
    return read_values(row, trial);
  }

  /// An empty cell of a parameter that may be none says either that, or that it is inactive.
  void drop_inactive(ForeignTrial& trial, const std::vector<std::string>& tentative) const {
    const auto point = space()->complete(trial.configuration, Point(space()->axes().size(), 0.5));
    if (!point) return;  // is said later, with its place
    const Mask active = space()->active(*point);
    std::vector<Configuration::Entry> kept;
    for (const auto& entry : trial.configuration.entries())
      if (active[*space()->find_axis(entry.first)] || std::ranges::find(tentative, entry.first) == tentative.end())
        kept.push_back(entry);
    trial.configuration = Configuration(std::move(kept));
  }

  Result<std::optional<Value>> read_parameter(std::size_t row, std::size_t column) const {
    const std::string_view cell = table_.cell(row, column);
    if (!space()) {
      if (cell.empty()) return std::nullopt;
      return is_text_[column] ? Value(std::string(cell)) : plain_value(cell);
    }
    const std::size_t axis = *space()->find_axis(table_.names()[column]);
    const Parameter& parameter = space()->parameters()[space()->axes()[axis].parameter];
    if (is_numeric(parameter.type)) {
      if (cell.empty()) return std::nullopt;
      if (const auto whole = parse_integer(cell); whole && parameter.type == ParameterType::int_) return *whole;
      const auto number = parse_number(cell);
      if (!number || !std::isfinite(*number))
        return wrong(row, column,
                     fmt::format("'{}' is no number; {} is expected", quoted(cell), domain_text(parameter)));
      return *number;
    }
    return read_choice(row, column, parameter);
  }

  Result<std::optional<Value>> read_choice(std::size_t row, std::size_t column, const Parameter& parameter) const {
    const std::string_view cell = table_.cell(row, column), raw = table_.raw(row, column);
    std::vector<Value> found;
    const auto choices = choices_of(parameter);
    const auto collect = [&](auto matches) {
      if (found.empty()) std::ranges::copy_if(choices, std::back_inserter(found), matches);
    };
    if (cell.empty()) {
      if (choice_index(choices, Value(Null{}))) return Value(Null{});
      if (!choice_index(choices, Value(std::string()))) return std::nullopt;
    }
    collect([&](const Value& choice) { return value_text(choice) == raw; });
    collect([&](const Value& choice) { return value_text(choice) == cell; });
    if (parameter.type == ParameterType::boolean)
      collect([&](const Value& choice) { return value_text(choice) == lower(cell); });
    if (const auto number = parse_number(cell))
      collect([&](const Value& choice) { return value_number(choice) == *number; });
    if (found.size() == 1) return found.front();
    if (found.empty())
      return wrong(row, column, fmt::format("'{}' is none of the choices {}", quoted(cell), choices_text(choices)));
    return wrong(
        row, column,
        fmt::format("'{}' may be {}, which look the same in a table: use JSON", quoted(cell), choices_text(found)));
  }

  /// Trial, state, arm, start, time and reason of hone's own table.
  Result<void> read_own(std::size_t row, ForeignTrial& trial) {
    const std::size_t last = table_.columns() - own_last_count();
    const auto state = state_from(table_.cell(row, 1));
    if (!state) return wrong(row, 1, state.error().message);
    trial.state = is_finished(*state) ? *state : TrialState::waiting;
    if (*state == TrialState::running || *state == TrialState::paused)
      out_.notes.push_back(fmt::format("{} was {}: it waits now, to be started anew", trial.where, state_name(*state)));
    if (table_.cell(row, last) != "0") ++steps_;
    trial.arm = table_.raw(row, last + 1);
    if (const std::string started(table_.cell(row, last + 2)); !started.empty()) {
      const auto at = read_utc_time(started);
      if (!at)
        return wrong(row, last + 2, fmt::format("'{}' is no time such as 2026-11-23T20:15:07Z", quoted(started)));
      trial.started_ms = *at;
    }
    const auto seconds = parse_number(table_.cell(row, last + 3));
    if (!seconds || !std::isfinite(*seconds) || *seconds < 0)
      return wrong(row, last + 3, fmt::format("'{}' is no number of seconds", quoted(table_.cell(row, last + 3))));
    trial.seconds = *seconds;
    trial.reason = table_.raw(row, last + 4);
    if (!has_cost_) return {};
    const auto cost = parse_number(table_.cell(row, last + 5));
    if (!cost || !std::isfinite(*cost) || *cost < 0)
      return wrong(row, last + 5, fmt::format("'{}' is no cost", quoted(table_.cell(row, last + 5))));
    trial.cost = *cost;
    return {};
  }

  Result<void> read_values(std::size_t row, ForeignTrial& trial) {
    for (const std::size_t column : values_) {
      const std::string_view cell = table_.cell(row, column);
      const auto number = parse_number(cell);
      if (!number && !cell.empty() && lower(cell) != "nan")
        return wrong(row, column,
                     fmt::format("'{}' is no number; leave the cell empty where there is no value", quoted(cell)));
      if (is_own_ && trial.state != TrialState::complete) {
        if (!cell.empty()) return wrong(row, column, fmt::format("a {} trial has no value", state_name(trial.state)));
      } else if (number && std::isfinite(*number)) {
        trial.values.push_back(*number);
      } else if (is_own_) {
        return wrong(row, column, fmt::format("'{}' is no finite number, but the trial is complete", quoted(cell)));
      } else {
        trial.state = TrialState::failed;
        trial.reason = cell.empty() ? "it has no value" : fmt::format("its value is {}", lower(cell));
      }
    }
    if (!is_own_ && trial.state == TrialState::failed) ++without_value_;
    return {};
  }

  const ImportWishes& wishes_;
  CsvTable table_;
  ForeignStudy out_;
  bool is_own_ = false, has_cost_ = false;
  std::vector<std::size_t> values_, parameters_;  // columns
  std::vector<bool> is_text_;                     // (columns), where nobody said what they are
  std::size_t steps_ = 0, without_value_ = 0;
};

}  // namespace

Result<ForeignStudy> read_csv_study(const ImportWishes& wishes) {
  HONE_TRY(DataText content, open_data_file(wishes.path));
  ForeignStudy nothing;
  HONE_TRY(DataText text, plain_text(std::move(content), wishes.path, nothing.notes));
  HONE_TRY(CsvTable table, parse_csv(std::move(text), wishes.path));
  HONE_TRY(ForeignStudy study, CsvImport(wishes, std::move(table)).read());
  study.notes.insert(study.notes.begin(), nothing.notes.begin(), nothing.notes.end());
  return study;
}

}  // namespace hone
