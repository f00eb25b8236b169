/// What stands at the end of a search: the table of winners, what would be typed next, and the study file that repeats
/// the winner.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/text_table.hpp"
#include "space/study_file.hpp"
#include "trial/ranking.hpp"
#include "trial/trial.hpp"

namespace hone {

/// The first `count` of `best_first`: rank, value, trial, and one column per parameter that differs among them or is
/// active in only some; parameters with one common value are said by `common_parameters`. If a trial shown is not
/// complete (its value is the last report), the states stand in a column of their own.
TextTable winners_table(std::span<const TrialRecord> trials, bool maximize, const std::string& metric,
                        std::size_t count = 5);
/// The same for people, at most `width` wide: a row per trial if that fits, else turned on its side, a column per trial
/// and a row per parameter. In a width that takes neither, cells are cut.
std::string winners_text(std::span<const TrialRecord> trials, bool maximize, const std::string& metric,
                         std::size_t width, std::size_t count = 5);
/// "activation=relu layers=2": the parameters that the first `count` ranked trials share; "" if there are none.
std::string common_parameters(std::span<const TrialRecord> trials, bool maximize, std::size_t count = 5);

/// "12 trials: 10 complete, 1 pruned, 1 failed", and how many are to be continued if any are.
std::string counts_line(const TrialCounts& counts);

inline constexpr std::size_t width_without_terminal = 100;
/// "winner      trial 3: ..." over as many lines as it takes, each at most `width` wide.
std::string with_heading(std::string_view heading, const std::string& text, std::size_t width);

struct NextCommand {
  std::string what;     ///< "search longer"
  std::string command;  ///< "hone fit train.csv --time 10m"
};
/// An aligned block, one line each: "  search longer   hone fit ...". "" for none.
std::string next_commands_text(std::span<const NextCommand> commands);

/// The study file that repeats one configuration: [fixed] holds `winner` (over what `study` had fixed), [space],
/// [[enqueue]] and search options are gone, trials = 1; data, run, seed and metric stay. The name gets "-best"
/// appended.
StudyFile best_study(const StudyFile& study, const Configuration& winner);
/// The same as text, with `comment` lines on top.
std::string best_toml(const StudyFile& study, const Configuration& winner, const std::vector<std::string>& comment);

}  // namespace hone
