/// What the study commands read from a store.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "cli/common_flags.hpp"
#include "report/json_out.hpp"
#include "report/prune_audit.hpp"
#include "storage/store.hpp"

namespace hone {

/// A study opened by the positional STUDY, with all its trials as of one moment.
struct OpenedStudy {
  std::unique_ptr<Store> store;
  StudyRecord record;
  std::vector<TrialRecord> trials;
};
Result<OpenedStudy> open_study(const Arguments& arguments);

/// The best complete trial of a single-objective study, or null.
const TrialRecord* best_trial(const StudyRecord& record, std::span<const TrialRecord> trials);

/// What pruning saved and cost, if the journal has trials that were finished against the pruner.
std::optional<PruneAudit> audit_of(const StudyRecord& record, std::span<const TrialRecord> trials,
                                   std::span<const Event> events);

/// The parameters that the trials of an open study asked for, in order. Errors: `corrupt`.
Result<std::vector<Parameter>> asked_parameters(Store& store, StudyId study);

StudyLine study_line(const StudySummary& study);
StudyLine study_line(const StudyRecord& record, std::span<const TrialRecord> trials);

inline constexpr PositionalRow study_positional{"STUDY", true, "name of the study; `hone study list` shows them"};

}  // namespace hone
