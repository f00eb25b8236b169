#include "engine/replay_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "engine/decision_line.hpp"
#include "engine/journal_player.hpp"
#include "engine/study_rules.hpp"

namespace hone {
namespace {

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

std::string numbers_text(const std::vector<double>& numbers) {
  std::vector<std::string> words;
  for (const double number : numbers) words.push_back(number_text(number));
  return words.empty() ? "none" : join(words, ", ");
}

/// One fact that both have.
class Comparison {
 public:
  Comparison(const TrialRecord& played, std::vector<ReplayDifference>& out) : played_(played), out_(out) {}

  void whole(std::string_view what, std::int64_t stored, std::int64_t played) {
    if (stored != played) add(fmt::format("its {} is {} in the table, {} by the journal", what, stored, played));
  }
  void numbers(std::string_view what, const std::vector<double>& stored, const std::vector<double>& played) {
    if (!std::ranges::equal(stored, played, same))
      add(fmt::format("its {}: {} in the table, {} by the journal", what, numbers_text(stored), numbers_text(played)));
  }
  void reports(const Run& stored, const Run& played) {
    const auto [a, b] = std::ranges::mismatch(stored.reports, played.reports, [](const Report& x, const Report& y) {
      return x.step == y.step && same(x.value, y.value);
    });
    const auto text = [](const auto& at, const auto& end) {
      return at == end ? "none" : fmt::format("{} at step {}", number_text(at->value), at->step);
    };
    if (a != stored.reports.end() || b != played.reports.end())
      return add(fmt::format("a report: {} in the table, {} by the journal", text(a, stored.reports.end()),
                             text(b, played.reports.end())));
    const auto [c, d] = std::ranges::mismatch(stored.further_values, played.further_values, same);
    if (c != stored.further_values.end() && d != played.further_values.end())
      add(fmt::format("a report's further value: {} in the table, {} by the journal", number_text(*c),
                      number_text(*d)));
  }
  void add(std::string what) { out_.push_back({played_.number, played_.changed, std::move(what)}); }

 private:
  const TrialRecord& played_;
  std::vector<ReplayDifference>& out_;
};

void compare(const TrialRecord& stored, const TrialRecord& played, std::vector<ReplayDifference>& out) {
  Comparison comparison(played, out);
  if (stored.state != played.state)
    comparison.add(
        fmt::format("it is {} in the table, {} by the journal", state_name(stored.state), state_name(played.state)));
  comparison.whole("revision when asked for", stored.asked, played.asked);
  comparison.whole("revision when finished", stored.finished, played.finished);
  comparison.whole("next rung", stored.until_step, played.until_step);
  comparison.whole("number of starts", stored.runs.front().attempt, played.runs.front().attempt);
  comparison.numbers("values", stored.values, played.values);
  comparison.numbers("constraints", stored.constraints, played.constraints);
  comparison.reports(stored.runs.front(), played.runs.front());
}

/// What a line saw of the study, if it says so.
Result<Revision> seen_by(const Event& line, const TrialRecord* trial) {
  if (line.kind == "asked" && trial) return trial->seen;
  if (line.kind != decision_kind) return line.revision - 1;
  HONE_TRY(const DecisionLine decision, read_decision(line.detail));
  return decision.seen;
}

/// The parameters of an open study keep their domains.
Result<void> check_domains(const ReplayInput& input) {
  if (!input.space->axes().empty()) return {};
  std::map<std::string, Parameter, std::less<>> parameters;
  for (const Event& line : input.journal) {
    if (line.kind != "configured" || line.detail.empty()) continue;
    HONE_TRY(Parameter parameter, parameter_in(line));
    parameters.emplace(parameter.name, parameter);
  }
  for (const TrialRecord& trial : input.trials)
    for (const auto& [name, value] : trial.configuration.entries()) {
      const auto found = parameters.find(name);
      if (found == parameters.end())
        return fail(Error::Kind::corrupt, fmt::format("trial {}: nobody said what '{}' is", trial.number, name));
      HONE_TRY(const Space alone, Space::make({found->second}));
      HONE_TRY_VOID(alone.encode(0, value));
    }
  return {};
}

}  // namespace

const TrialRecord* trial_of(const ReplayInput& input, const Event& line) {
  return line.trial < 0 || line.trial >= std::ssize(input.trials) ? nullptr
                                                                  : &input.trials[static_cast<std::size_t>(line.trial)];
}

std::vector<ReplayDifference> contradictions(const ReplayInput& input) {
  std::vector<ReplayDifference> found;
  JournalPlayer player(input.record.directions.size(), input.space->axes().size());
  for (const Event& line : input.journal) {
    const TrialRecord* trial = trial_of(input, line);
    const auto seen = seen_by(line, trial);
    if (!seen || *seen >= line.revision) {
      found.push_back(
          {line.trial, line.revision,
           seen ? fmt::format("it saw revision {}, which came later", *seen) : std::string(seen.error().message)});
      return found;
    }
    if (const auto played = player.play(line, trial); !played) {
      found.push_back({line.trial, line.revision, played.error().message});
      return found;
    }
  }
  for (std::size_t i = player.trials().size(); i < input.trials.size(); ++i)
    found.push_back({input.trials[i].number, 0, "the journal does not know it"});
  for (const TrialRecord& played : player.trials())
    compare(input.trials[static_cast<std::size_t>(played.number)], played, found);
  if (const auto domains = check_domains(input); !domains) found.push_back({-1, 0, domains.error().message});
  return found;
}

}  // namespace hone
