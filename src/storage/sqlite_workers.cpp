/// The verbs on workers and their leases.
#include "base/clock.hpp"
#include "base/text.hpp"
#include "storage/sqlite_store.hpp"

namespace hone {
namespace {

/// Columns `column` to `column + 3`.
Owner read_owner(const SqliteRows& row, int column) {
  return {std::string(row.text(column)), std::string(row.text(column + 1)), row.integer(column + 2),
          row.integer(column + 3)};
}

}  // namespace

Result<double> SqliteStore::beat(StudyId study, const Owner& owner, double seconds) {
  HONE_TRY_VOID(check_seconds(seconds));
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY_VOID(revision_of(study));
  const std::int64_t now = system_clock().unix_ms();
  std::int64_t last_seen = 0;
  {
    SqliteRows rows = last_seen_.query(study);
    HONE_TRY(const bool found, rows.next());
    if (found) last_seen = rows.integer(0);
  }
  double used = 0;
  {
    SqliteRows rows = select_attribute_.query(study, seconds_used_key);
    HONE_TRY(const bool found, rows.next());
    if (found) {
      HONE_TRY(used, read_seconds_used(rows.text(0)));
    }
  }
  const double more = unaccounted_seconds(seconds, now, last_seen);
  if (more > 0) HONE_TRY_VOID(put_attribute_.run(study, seconds_used_key, number_text(used + more)));
  HONE_TRY_VOID(put_beat_.run(study, owner.host, owner.boot_id, owner.process, owner.process_start, now));
  HONE_TRY_VOID(transaction.commit());
  return used + more;
}

Result<void> SqliteStore::leave(StudyId study, const Owner& owner) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY_VOID(revision_of(study));
  HONE_TRY_VOID(end_worker_.run(study, owner.host, owner.boot_id, owner.process, owner.process_start, "left"));
  return transaction.commit();
}

Result<std::vector<WorkerRecord>> SqliteStore::workers(StudyId study) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_read());
  HONE_TRY_VOID(revision_of(study));
  return read_workers(study);
}

Result<std::vector<WorkerRecord>> SqliteStore::read_workers(StudyId study) {
  std::vector<WorkerRecord> found;
  SqliteRows rows = select_workers_.query(study);
  HONE_TRY_VOID(rows.each([&]() -> Result<void> {
    found.push_back({read_owner(rows, 0), rows.integer(4), rows.integer(5), rows.integer(6)});
    return {};
  }));
  return found;
}

Result<std::vector<std::int64_t>> SqliteStore::reclaim(StudyId study, std::int64_t retries,
                                                       std::span<const WorkerRecord> silent) {
  struct Lost {
    std::int64_t number, losses;
    std::string owner;
  };
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(Revision revision, revision_of(study));
  HONE_TRY(const auto there, read_workers(study));
  std::vector<Owner> given_up;
  for (const WorkerRecord& worker : there)
    if (!worker.owner.may_be_alive() || is_still_silent(worker, silent)) given_up.push_back(worker.owner);
  std::vector<Lost> lost;
  {
    SqliteRows rows = running_.query(study);
    HONE_TRY_VOID(rows.each([&]() -> Result<void> {
      const Owner owner = read_owner(rows, 2);
      if (has_lost_its_trials(owner, there, given_up))
        lost.push_back({rows.integer(0), rows.integer(1) + 1, owner.text()});
      return {};
    }));
  }
  for (const Owner& owner : given_up)
    HONE_TRY_VOID(end_worker_.run(study, owner.host, owner.boot_id, owner.process, owner.process_start, "lost"));
  std::vector<std::int64_t> numbers;
  for (const Lost& trial : lost) {
    HONE_TRY(revision, change(study, revision, "lost", trial.number, 0, trial.owner));
    HONE_TRY_VOID(count_loss_.run_on_one_row(study, trial.number, trial.losses));
    const TrialState after = state_after_loss(trial.losses, retries);
    HONE_TRY_VOID(take(study, trial.number, TrialState::waiting, 0.0));
    if (after == TrialState::failed)
      HONE_TRY_VOID(finish(study, trial.number, after, nullptr, loss_reason(trial.losses, retries), 0.0, revision));
    numbers.push_back(trial.number);
  }
  if (!numbers.empty() || !given_up.empty()) HONE_TRY_VOID(transaction.commit());
  return numbers;
}

}  // namespace hone
