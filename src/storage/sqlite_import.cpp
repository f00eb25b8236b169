/// Trials that come from elsewhere, all in one transaction: thousands of them for one sync.
#include "storage/sqlite_store.hpp"

namespace hone {

Result<Revision> SqliteStore::import_trials(StudyId study, std::span<const ImportedTrial> trials, const Owner& owner) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(durable()));
  HONE_TRY(const std::size_t expected, objectives(study));
  HONE_TRY_VOID(check_imported(trials, expected));
  HONE_TRY(Revision revision, revision_of(study));
  for (const ImportedTrial& imported : trials) {
    HONE_TRY_VOID(require_next(study, imported.trial.number));
    HONE_TRY(revision, write_imported(study, revision, imported, owner));
  }
  HONE_TRY_VOID(transaction.commit());
  return revision;
}

Result<Revision> SqliteStore::write_imported(StudyId study, Revision before, const ImportedTrial& imported,
                                             const Owner& owner) {
  const std::int64_t number = imported.trial.number;
  const auto& entries = imported.trial.configuration.entries();
  const bool is_open = !imported.domains.empty();
  Configuration so_far;  // of an open study the parameters come one after another
  HONE_TRY(const Claim claim,
           write_trial(study, before, imported.trial, is_open ? so_far : imported.trial.configuration, owner));
  Revision revision = claim.revision;
  for (std::size_t i = 0; is_open && i < entries.size(); ++i) {
    so_far.set(entries[i].first, entries[i].second);
    HONE_TRY(revision, write_configuration(study, revision, number, so_far, imported.domains[i]));
  }
  for (const auto& report : imported.reports) {
    HONE_TRY(revision, write_report(study, revision, number, report.step, report.values));
  }
  if (imported.cost > 0) {
    HONE_TRY(revision, write_cost(study, revision, number, imported.cost));
  }
  if (!imported.attributes.empty()) {
    HONE_TRY(revision, write_line(study, revision, "attrs", number, false, 0, imported.attributes));
  }
  if (imported.outcome) return write_outcome(study, revision, number, *imported.outcome);
  HONE_TRY(revision, change(study, revision, "released", number, 0, ""));
  HONE_TRY_VOID(take(study, number, TrialState::waiting, 0));
  return revision;
}

}  // namespace hone
