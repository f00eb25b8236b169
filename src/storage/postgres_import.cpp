/// Trials that come from elsewhere, all in one transaction: all of them or none, and one sync.
#include "storage/postgres_store.hpp"

namespace hone {

Result<Revision> PostgresStore::import_trials(StudyId study, std::span<const ImportedTrial> trials,
                                              const Owner& owner) {
  HONE_TRY(const std::size_t expected, objectives(study));
  HONE_TRY_VOID(check_imported(trials, expected));
  Backoff backoff(pool_.options().busy_seconds);
  for (;;) {
    PostgresOptions options = pool_.options();
    options.connections = 1;
    options.busy_seconds = 0;  // what fails, fails all: nothing may be repeated behind a transaction that is gone
    options.one_transaction = true;
    PostgresStore whole(options);
    auto imported = whole.import_in_one(study, trials, owner);
    if (imported || imported.error().kind != Error::Kind::unavailable) return imported;
    // The last answer may have been lost on its way. Its line is there, or nothing is.
    if (const auto last = whole.lines_.last(study)) {
      static constexpr PgStatement find{"find_line",
                                        "SELECT FROM hone.journal WHERE study = $1 AND revision = $2 AND mark = $3"};
      HONE_TRY(const PgRows rows, pool_.run(find, PgParameters(study, last->revision, last->mark)));
      if (rows.count() > 0) return last->revision;
    }
    if (!backoff.wait()) return imported;
  }
}

Result<Revision> PostgresStore::import_in_one(StudyId study, std::span<const ImportedTrial> trials,
                                              const Owner& owner) {
  const auto run = [&](const char* sql) {
    return pool_.run([&](PgConnection& connection) { return connection.run(sql); });
  };
  HONE_TRY_VOID(run("BEGIN; SET LOCAL synchronous_commit = on"));
  HONE_TRY(const Revision revision, Store::import_trials(study, trials, owner));
  HONE_TRY_VOID(run("COMMIT"));
  return revision;
}

}  // namespace hone
