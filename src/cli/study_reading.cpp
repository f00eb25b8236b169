#include "cli/study_reading.hpp"

#include <algorithm>

#include "engine/decision_line.hpp"
#include "engine/study_rules.hpp"
#include "trial/ranking.hpp"

namespace hone {

Result<OpenedStudy> open_study(const Arguments& arguments) {
  OpenedStudy study;
  HONE_TRY(study.store, open_storage(arguments, false));
  HONE_TRY(study.record, find_study(*study.store, arguments.positional("STUDY")));
  HONE_TRY(auto changes, study.store->changed_since(study.record.id, 0));
  study.trials = std::move(changes.trials);
  study.record.revision = changes.revision;
  return study;
}

const TrialRecord* best_trial(const StudyRecord& record, std::span<const TrialRecord> trials) {
  if (record.directions.size() != 1) return nullptr;
  const auto ranked = best_first(trials, record.directions[0] == "maximize");  // complete ones come first
  if (ranked.empty() || trials[ranked.front()].state != TrialState::complete) return nullptr;
  return &trials[ranked.front()];
}

std::optional<PruneAudit> audit_of(const StudyRecord& record, std::span<const TrialRecord> trials,
                                   std::span<const Event> events) {
  std::vector<AuditedStep> audited;
  for (const Event& event : events) {
    if (event.kind != decision_kind) continue;
    const auto line = read_decision(event.detail);
    if (line && line->what == DecisionLine::What::audit) audited.push_back({event.trial, event.step});
  }
  if (audited.empty()) return std::nullopt;
  std::vector<bool> maximize;
  for (const std::string& direction : record.directions) maximize.push_back(direction == "maximize");
  return prune_audit(trials, audited, maximize, record.max_step);
}

Result<std::vector<Parameter>> asked_parameters(Store& store, StudyId study) {
  std::vector<Parameter> all;
  HONE_TRY(const std::vector<Event> events, store.events(study));
  for (const Event& event : events) {
    if (event.kind != "configured" || event.detail.empty()) continue;
    HONE_TRY(Parameter parameter, parameter_in(event));
    if (std::ranges::find(all, parameter.name, &Parameter::name) == all.end()) all.push_back(std::move(parameter));
  }
  return all;
}

StudyLine study_line(const StudySummary& study) {
  const StudyRecord& record = study.record;
  return {.name = record.name,
          .kind = record.kind,
          .directions = record.directions,
          .metrics = record.metrics,
          .trials = study.trials,
          .best = study.best,
          .created_ms = record.created_ms,
          .updated_ms = record.updated_ms};
}

StudyLine study_line(const StudyRecord& record, std::span<const TrialRecord> trials) {
  const TrialRecord* best = best_trial(record, trials);
  return study_line({record, count_trials(trials), best ? std::optional(best->values[0]) : std::nullopt});
}

}  // namespace hone
