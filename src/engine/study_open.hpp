/// Finding a study again, or making it: what must be equal, and what may change.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "storage/store.hpp"

namespace hone {

struct StudyOptions;

/// The study of that name if it is the same study; a new one if there is none. A stored `max_step` wins over the wanted
/// one, unless it has to be the `same_max_step`. Errors: `conflict` naming what differs (space: the lines that do;
/// directions, metric, data) and the cure.
Result<StudyRecord> find_or_create(Store& store, const StudyRecord& wanted, bool same_max_step);

/// Sampler, pruner, budget and their options in one line, for the journal and for comparing.
std::string options_text(const StudyOptions& options);
/// Reads it back. Errors: `corrupt`.
Result<StudyOptions> options_from(std::string_view text);

/// The seed of a run: a pure function of the study's seed, the trial and the run.
std::uint64_t run_seed(std::uint64_t study_seed, std::int64_t trial, std::int64_t run);

}  // namespace hone
