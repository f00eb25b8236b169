/// What the verbs of a store do to the record of a trial. The store in memory keeps its records by these functions, and
/// who made a change himself applies it to his own copy instead of reading it back: both must equal what any other
/// store says afterwards, to the bit. The verb has been granted before; `revision` is the one it took.
#pragma once
#include "storage/store.hpp"

namespace hone {

/// The record of a trial that was just created, running and held by `claim`.
TrialRecord record_created(const NewTrial& trial, const Claim& claim);
void record_claimed(TrialRecord& record, const Claim& claim, std::int64_t until_step);
void record_configured(TrialRecord& record, const Configuration& configuration, Revision revision);
/// `values`: (objectives).
void record_reported(TrialRecord& record, std::int64_t step, std::span<const double> values, Revision revision);
void record_cost(TrialRecord& record, double cost, Revision revision);
/// To paused or waiting, away from its holder.
void record_handed_back(TrialRecord& record, TrialState to, double seconds, Revision revision);
void record_told(TrialRecord& record, const Outcome& outcome, Revision revision);
/// The end without a tell: pruned while nobody held it, or lost too often.
void record_ended(TrialRecord& record, TrialState to, std::string_view reason, Revision revision);

}  // namespace hone
