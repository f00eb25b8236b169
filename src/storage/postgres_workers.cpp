/// The verbs on workers and their leases.
#include "storage/postgres_store.hpp"

namespace hone {
namespace {

/// Columns `column` to `column + 3`.
Owner read_owner(const PgRows& rows, int row, int column) {
  return {rows.text(row, column), rows.text(row, column + 1), rows.integer(row, column + 2),
          rows.integer(row, column + 3)};
}

/// Who must be given up, and what they held.
struct Losses {
  std::vector<Owner> given_up;
  std::vector<std::int64_t> trials;
  std::vector<std::string> owners, reasons;
  std::vector<bool> fails;
};

constexpr PgStatement select_workers{
    "workers",
    "SELECT w.host, w.boot_id, w.process, w.process_start, w.beats, w.joined_ms, w.seen_ms FROM hone.heads AS h "
    "LEFT JOIN hone.workers AS w ON w.study = h.study AND w.gone IS NULL WHERE h.study = $1 ORDER BY 1, 2, 3, 4"};
constexpr PgStatement select_running{
    "running",
    "SELECT number, losses, host, boot_id, process, process_start FROM hone.trials WHERE study = $1 AND state = "
    "'running' ORDER BY number"};

std::vector<WorkerRecord> read_workers(const PgRows& rows) {
  std::vector<WorkerRecord> found;
  for (int row = 0; row < rows.count(); ++row)
    if (!rows.is_null(row, 0))
      found.push_back({read_owner(rows, row, 0), rows.integer(row, 4), rows.integer(row, 5), rows.integer(row, 6)});
  return found;
}

Losses find_losses(const PgRows& workers, const PgRows& running, std::int64_t retries,
                   std::span<const WorkerRecord> silent) {
  Losses found;
  const auto there = read_workers(workers);
  for (const WorkerRecord& worker : there)
    if (!worker.owner.may_be_alive() || is_still_silent(worker, silent)) found.given_up.push_back(worker.owner);
  for (int row = 0; row < running.count(); ++row) {
    const Owner owner = read_owner(running, row, 2);
    if (!has_lost_its_trials(owner, there, found.given_up)) continue;
    const std::int64_t losses = running.integer(row, 1) + 1;
    const bool fails = state_after_loss(losses, retries) == TrialState::failed;
    found.trials.push_back(running.integer(row, 0));
    found.owners.push_back(owner.text());
    found.fails.push_back(fails);
    found.reasons.push_back(fails ? loss_reason(losses, retries) : "");
  }
  return found;
}

}  // namespace

Result<double> PostgresStore::beat(StudyId study, const Owner& owner, double seconds) {
  HONE_TRY_VOID(check_seconds(seconds));
  static constexpr PgStatement call{"beat", "SELECT hone.beat($1, $2, $3, $4, $5, $6)"};
  HONE_TRY(const PgRows rows, pool_.run(call, PgParameters(study, owner.host, owner.boot_id, owner.process,
                                                           owner.process_start, seconds)));
  if (rows.is_null(0, 0)) return no_study(study);
  return read_seconds_used(rows.raw(0, 0));
}

namespace {

constexpr PgStatement end_worker{"leave", "SELECT hone.leave($1, $2, $3, $4, $5, $6)"};
PgParameters end_of(StudyId study, const Owner& owner, const char* how) {
  return PgParameters(study, owner.host, owner.boot_id, owner.process, owner.process_start, how);
}

}  // namespace

Result<void> PostgresStore::leave(StudyId study, const Owner& owner) {
  HONE_TRY(const PgRows rows, pool_.run(end_worker, end_of(study, owner, "left")));
  if (!rows.flag(0, 0)) return no_study(study);
  return {};
}

Result<std::vector<WorkerRecord>> PostgresStore::workers(StudyId study) {
  HONE_TRY(const PgRows rows, pool_.run(select_workers, PgParameters(study)));
  if (rows.count() == 0) return no_study(study);
  return read_workers(rows);
}

Result<std::vector<std::int64_t>> PostgresStore::reclaim(StudyId study, std::int64_t retries,
                                                         std::span<const WorkerRecord> silent) {
  static constexpr PgStatement lock{"lock", "SELECT FROM hone.heads WHERE study = $1 FOR NO KEY UPDATE"};
  static constexpr PgStatement lose{"lose", "SELECT * FROM hone.lose($1, $2, $3, $4, $5, $6, $7, $8)"};
  static constexpr PgStatement marked{
      "marked", "SELECT trial FROM hone.journal WHERE study = $1 AND mark = $2 ORDER BY revision"};
  HONE_TRY(const PostgresLine before, last_line(study));
  const PgParameters of_study(study);
  const std::int64_t mark = new_mark();
  bool was_sent = false;
  std::vector<std::int64_t> numbers;
  // Most often there is nobody to give up: that is found without the study's lock. Who may be dead only this process
  // can say, so the lock is held while it looks.
  const auto look = [&](PgConnection& connection) -> Result<Losses> {
    HONE_TRY(const PgRows workers, connection.run(select_workers, of_study));
    HONE_TRY(const PgRows running, connection.run(select_running, of_study));
    return find_losses(workers, running, retries, silent);
  };
  const auto work = [&](PgConnection& connection) -> Result<PgRows> {
    HONE_TRY(const Losses first, look(connection));
    if (first.given_up.empty() && first.trials.empty() && !was_sent) return connection.run("SELECT");
    HONE_TRY_VOID(connection.run("BEGIN"));
    HONE_TRY_VOID(connection.run(lock, of_study));
    if (was_sent) {  // the answer was lost: the lines may be there
      HONE_TRY(const PgRows done, connection.run(marked, PgParameters(study, mark)));
      for (int row = 0; row < done.count(); ++row) numbers.push_back(done.integer(row, 0));
      if (done.count() > 0) return connection.run("COMMIT");
    }
    was_sent = true;
    HONE_TRY(const Losses losses, look(connection));
    for (const Owner& owner : losses.given_up) HONE_TRY_VOID(connection.run(end_worker, end_of(study, owner, "lost")));
    std::optional<PgRows> lost;
    if (!losses.trials.empty()) {
      HONE_TRY(lost, connection.run(lose, PgParameters(study, before.revision, before.mark, mark, losses.trials,
                                                       losses.owners, losses.fails, losses.reasons)));
    }
    auto ended = connection.run("COMMIT");
    if (!ended) return ended;
    numbers = losses.trials;
    if (lost) HONE_TRY_VOID(answer(*lost, study, before, mark));
    return ended;
  };
  HONE_TRY_VOID(pool_.run(work));
  return numbers;
}

}  // namespace hone
