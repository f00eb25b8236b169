/// Trials that come from elsewhere: by the other verbs one after another, and what is checked of them beforehand.
#include "storage/store_rules.hpp"

namespace hone {
namespace {

Result<void> configure_all(Store& store, StudyId study, const Claim& claim, const ImportedTrial& imported) {
  Configuration so_far;
  const auto& entries = imported.trial.configuration.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    so_far.set(entries[i].first, entries[i].second);
    HONE_TRY_VOID(store.configure(study, claim, so_far, imported.domains[i]));
  }
  return {};
}

}  // namespace

Result<void> check_imported(std::span<const ImportedTrial> trials, std::size_t objectives) {
  for (const ImportedTrial& imported : trials) {
    HONE_TRY_VOID(check_new_trial(imported.trial));
    if (!imported.domains.empty() && imported.domains.size() != imported.trial.configuration.entries().size())
      return refuse("an imported trial of an open study has a domain for each of its parameters");
    for (const auto& report : imported.reports) {
      HONE_TRY_VOID(check_report(report.step));
      HONE_TRY_VOID(check_reported(report.values.size(), objectives));
    }
    HONE_TRY_VOID(check_cost(imported.cost));
    if (imported.outcome) HONE_TRY_VOID(check_outcome(*imported.outcome, objectives));
  }
  return {};
}

Result<Revision> Store::import_trials(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner) {
  HONE_TRY(const std::vector<StudyRecord> all, studies());
  for (const StudyRecord& record : all)
    if (record.id == study) HONE_TRY_VOID(check_imported(trials, record.directions.size()));
  Revision revision = 0;
  for (const ImportedTrial& imported : trials) {
    NewTrial trial = imported.trial;
    const bool is_open = !imported.domains.empty();
    if (is_open) trial.configuration = {};
    HONE_TRY(const Claim claim, create_trial(study, trial, owner));
    if (is_open) HONE_TRY_VOID(configure_all(*this, study, claim, imported));
    for (const auto& report : imported.reports)
      HONE_TRY_VOID(this->report(study, claim, report.step, std::span<const double>(report.values)));
    if (imported.cost > 0) HONE_TRY_VOID(set_cost(study, claim, imported.cost));
    if (!imported.attributes.empty()) {
      Event event;
      event.kind = "attrs";
      event.trial = trial.number;
      event.detail = imported.attributes;
      HONE_TRY_VOID(log(study, event));
    }
    if (imported.outcome) {
      HONE_TRY(revision, tell(study, claim, *imported.outcome));
    } else {
      HONE_TRY(revision, release(study, claim, 0));
    }
  }
  if (trials.empty()) {
    HONE_TRY(const Changes changes, changed_since(study, 0));
    revision = changes.revision;
  }
  return revision;
}

}  // namespace hone
