/// Do a study's journal and its tables say the same?
#pragma once
#include <vector>

#include "engine/replay.hpp"

namespace hone {

/// Lines that cannot stand where they stand (the first one ends the look), prefixes that did not exist yet, and what
/// the tables have otherwise than the journal: each at its trial.
std::vector<ReplayDifference> contradictions(const ReplayInput& input);

/// The stored trial that a line is about, or null.
const TrialRecord* trial_of(const ReplayInput& input, const Event& line);

}  // namespace hone
