#include "engine/journal_player.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "storage/journal_text.hpp"
#include "storage/record_changes.hpp"

namespace hone {
namespace {

struct Verb {
  std::string_view kind;
  TrialState before, other;  ///< the states a trial may be in for it
};
constexpr std::array verbs = {
    Verb{"claimed", TrialState::waiting, TrialState::waiting},
    Verb{"resumed", TrialState::paused, TrialState::paused},
    Verb{"configured", TrialState::running, TrialState::running},
    Verb{"reported", TrialState::running, TrialState::running},
    Verb{"cost", TrialState::running, TrialState::running},
    Verb{"paused", TrialState::running, TrialState::running},
    Verb{"released", TrialState::running, TrialState::running},
    Verb{"told", TrialState::running, TrialState::running},
    Verb{"lost", TrialState::running, TrialState::running},
    Verb{"pruned", TrialState::waiting, TrialState::paused},
};

std::unexpected<Error> impossible(std::string what) {
  return fail(Error::Kind::corrupt, std::move(what));
}

}  // namespace

bool is_trial_line(const Event& line) {
  return line.kind == "asked" || std::ranges::find(verbs, line.kind, &Verb::kind) != verbs.end();
}

Result<const TrialRecord*> JournalPlayer::play(const Event& line, const TrialRecord* proposed) {
  if (line.revision != revision_ + 1)
    return impossible(fmt::format("the line after revision {} has revision {}: one is missing or was moved", revision_,
                                  line.revision));
  if (!is_trial_line(line)) {
    revision_ = line.revision;
    return nullptr;
  }
  if (!proposed) return impossible(fmt::format("'{}' of a trial that there is not", line.kind));
  const auto number = static_cast<std::size_t>(line.trial);
  if (line.kind == "asked") {
    HONE_TRY_VOID(asked(line, *proposed));
  } else {
    if (number >= trials_.size()) return impossible(fmt::format("'{}' before it was asked for", line.kind));
    HONE_TRY_VOID(change(trials_[number], line, *proposed));
  }
  revision_ = line.revision;
  return &trials_[number];
}

Result<void> JournalPlayer::asked(const Event& line, const TrialRecord& proposed) {
  if (line.trial != std::ssize(trials_))
    return impossible(fmt::format("asked for when trial {} was the next", trials_.size()));
  if (proposed.point.size() != axes_)
    return impossible(fmt::format("its point has {} coordinates, the space {}", proposed.point.size(), axes_));
  if (proposed.runs.empty()) return impossible("it has no run");
  NewTrial trial;
  trial.number = line.trial;
  trial.origin = proposed.origin;
  trial.arm = proposed.arm;
  trial.why = proposed.why;
  trial.attempt = proposed.attempt;
  if (axes_ > 0) trial.configuration = proposed.configuration;  // else it grows with lines "configured"
  trial.point = proposed.point;
  trial.seen = proposed.seen;
  trial.until_step = line.step;
  trial.run_seed = proposed.runs.front().seed;
  trials_.push_back(record_created(trial, {line.trial, "", line.revision, line.at_ms}));
  return {};
}

Result<void> JournalPlayer::change(TrialRecord& trial, const Event& line, const TrialRecord& proposed) {
  const auto verb = std::ranges::find(verbs, line.kind, &Verb::kind);
  if (trial.state != verb->before && trial.state != verb->other)
    return impossible(fmt::format("'{}' while it was {}", line.kind, state_name(trial.state)));
  const Claim claim{line.trial, "", line.revision, line.at_ms};
  if (line.kind == "claimed" || line.kind == "resumed") {
    record_claimed(trial, claim, line.step);
  } else if (line.kind == "configured") {
    const auto& entries = proposed.configuration.entries();
    const std::size_t count = trial.configuration.entries().size() + 1;
    if (count > entries.size()) return impossible(fmt::format("it has {} parameters, not {}", entries.size(), count));
    Configuration grown = trial.configuration;
    grown.set(entries[count - 1].first, entries[count - 1].second);
    record_configured(trial, grown, line.revision);
  } else if (line.kind == "reported") {
    HONE_TRY(std::vector<double> values, read_reported(line.detail));
    if (values.size() != 1 && values.size() != objectives_)
      return impossible(fmt::format("{} values were reported, the study has {}", values.size(), objectives_));
    // Before reports had a value of each objective, they had the first one's.
    values.resize(objectives_, std::numeric_limits<double>::quiet_NaN());
    record_reported(trial, line.step, values, line.revision);
  } else if (line.kind == "cost") {
    HONE_TRY(const double cost, read_cost(line.detail));
    record_cost(trial, cost, line.revision);
  } else if (line.kind == "paused") {
    record_handed_back(trial, TrialState::paused, 0, line.revision);
  } else if (line.kind == "released") {
    record_handed_back(trial, TrialState::waiting, 0, line.revision);
  } else if (line.kind == "told") {
    HONE_TRY(const Outcome outcome, read_told(line.detail));
    if (outcome.state == TrialState::complete && outcome.values.size() != objectives_)
      return impossible(fmt::format("{} values were told, the study has {}", outcome.values.size(), objectives_));
    record_told(trial, outcome, line.revision);
  } else if (line.kind == "pruned") {
    record_ended(trial, TrialState::pruned, line.detail, line.revision);
  } else if (proposed.finished == line.revision) {  // lost once too often
    record_ended(trial, TrialState::failed, proposed.reason, line.revision);
  } else {
    record_handed_back(trial, TrialState::waiting, 0, line.revision);
  }
  return {};
}

}  // namespace hone
