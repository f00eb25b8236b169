#include "report/summary.hpp"

#include <algorithm>
#include <set>

#include "report/configuration_text.hpp"
#include "report/text_width.hpp"
#include "trial/ranking.hpp"

namespace hone {
namespace {

/// Parameter names of the trials, in order of first appearance, split by whether all of them share one value.
struct ParameterNames {
  std::vector<std::string> common, different;
};

ParameterNames parameter_names(std::span<const TrialRecord> trials, std::span<const std::size_t> shown) {
  ParameterNames names;
  std::set<std::string> seen;
  for (const std::size_t index : shown)
    for (const auto& [name, value] : trials[index].configuration.entries()) {
      if (!seen.insert(name).second) continue;
      const bool same = std::ranges::all_of(shown, [&](std::size_t other) {
        const Value* found = trials[other].configuration.find(name);
        return found && *found == value;
      });
      (same ? names.common : names.different).push_back(name);
    }
  return names;
}

std::vector<std::size_t> best_ranked(std::span<const TrialRecord> trials, bool maximize, std::size_t count) {
  std::vector<std::size_t> ranked = best_first(trials, maximize);
  ranked.resize(std::min(ranked.size(), count));
  return ranked;
}

}  // namespace

TextTable winners_table(std::span<const TrialRecord> trials, bool maximize, const std::string& metric,
                        std::size_t count) {
  const std::vector<std::size_t> shown = best_ranked(trials, maximize, count);
  const ParameterNames names = parameter_names(trials, shown);
  TextTable table;
  table.columns = {{"rank", "rank"}, {metric, metric}, {"trial", "trial"}};
  const bool say_state =
      std::ranges::any_of(shown, [&](std::size_t index) { return trials[index].state != TrialState::complete; });
  if (say_state) table.columns.push_back({"state", "state"});
  for (const std::string& name : names.different) table.columns.push_back({name, name, true});
  for (std::size_t rank = 0; rank < shown.size(); ++rank) {
    const TrialRecord& trial = trials[shown[rank]];
    auto& row = table.rows.emplace_back();
    row = {static_cast<std::int64_t>(rank + 1), shown_value(trial), trial.number};
    if (say_state) row.push_back(std::string(state_name(trial.state)));
    for (const std::string& name : names.different) {
      const Value* value = trial.configuration.find(name);
      row.push_back(value ? *value : Value(Null{}));
    }
  }
  return table;
}

namespace {

/// Columns become rows; the titles become the first column, the first column's cells the titles ("#1", "#2").
TextTable turned(const TextTable& table) {
  TextTable on_side;
  on_side.columns = {{"", "", true}};
  for (const auto& row : table.rows) {
    const std::string title = "#" + value_text(row[0]);
    on_side.columns.push_back({title, title, true});
  }
  for (std::size_t c = 1; c < table.columns.size(); ++c) {
    auto& line = on_side.rows.emplace_back();
    line.emplace_back(table.columns[c].title);
    for (const auto& row : table.rows) line.push_back(row[c]);
  }
  return on_side;
}

}  // namespace

std::string winners_text(std::span<const TrialRecord> trials, bool maximize, const std::string& metric,
                         std::size_t width, std::size_t count) {
  const TextTable table = winners_table(trials, maximize, metric, count);
  std::string text = table_text(table);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (text_width(std::string_view(text).substr(begin, end - begin)) > width) return table_text(turned(table), width);
    begin = end + 1;
  }
  return text;
}

std::string common_parameters(std::span<const TrialRecord> trials, bool maximize, std::size_t count) {
  const std::vector<std::size_t> shown = best_ranked(trials, maximize, count);
  Configuration common;
  for (const std::string& name : parameter_names(trials, shown).common)
    common.set(name, *trials[shown.front()].configuration.find(name));
  return short_text(common);
}

std::string next_commands_text(std::span<const NextCommand> commands) {
  std::size_t width = 0;
  for (const NextCommand& next : commands) width = std::max(width, text_width(next.what));
  std::string all;
  for (const NextCommand& next : commands) all += "  " + pad_right(next.what, width) + "   " + next.command + "\n";
  return all;
}

StudyFile best_study(const StudyFile& study, const Configuration& winner) {
  StudyFile best = study;
  if (best.name) *best.name += "-best";
  best.space.reset();
  for (const auto& [name, value] : winner.entries()) best.fixed.set(name, value);
  best.enqueue.clear();
  best.search = {};
  best.search.trials = 1;
  best.search.seeds_per_trial = study.search.seeds_per_trial;  // its value is a mean over so many
  return best;
}

std::string best_toml(const StudyFile& study, const Configuration& winner, const std::vector<std::string>& comment) {
  std::string text;
  for (const std::string& line : comment)
    for (const std::string& piece : wrap_text(line, 110)) text += "# " + piece + "\n";
  return text + study_file_toml(best_study(study, winner));
}

std::string counts_line(const TrialCounts& counts) {
  std::string line = fmt::format("{} trials: {} complete, {} pruned, {} failed", counts.total(), counts.complete,
                                 counts.pruned, counts.failed);
  if (counts.paused + counts.waiting > 0) line += fmt::format(", {} to be continued", counts.paused + counts.waiting);
  return line;
}

std::string with_heading(std::string_view heading, const std::string& text, std::size_t width) {
  constexpr std::size_t indent = 12;
  std::string all;
  for (const std::string& line : wrap_text(text, std::max(width, 2 * indent) - indent))
    all += pad_right(all.empty() ? heading : "", indent) + line + "\n";
  return all;
}

}  // namespace hone
