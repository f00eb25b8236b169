/// The verbs on studies: records, attributes, journal.
#include "storage/sqlite_store.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {

// A study's last journal line says its revision and when it last changed.
#define HONE_STUDIES                                                                                               \
  "SELECT id, name, studies.kind, seed, max_step, space_hash, data_hash, created_ms, study_file, coalesce(at_ms, " \
  "created_ms), "                                                                                                  \
  "coalesce(revision, 0) FROM studies LEFT JOIN journal ON journal.study = id AND revision = "                     \
  "(SELECT max(revision) FROM journal WHERE study = id) "

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteOptions& options) {
  std::unique_ptr<SqliteStore> store(new SqliteStore(options.path, options.relaxed));
  HONE_TRY_VOID(open_sqlite_file(store->database_, options));
  HONE_TRY_VOID(store->log_sync_.open(store->database_.path(), options.busy_seconds, options.vfs));
  return store;
}

std::string SqliteStore::url() const {
  return fmt::format("sqlite:///{}{}", path_.string(), relaxed_ ? "?durability=relaxed" : "");
}

Result<StudyRecord> SqliteStore::create_study(const StudyRecord& record) {
  HONE_TRY_VOID(check_study(record));
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(durable()));
  StudyRecord created = record;
  created.created_ms = created.updated_ms = system_clock().unix_ms();
  created.revision = 0;
  {
    SqliteStatement insert(database_,
                           "INSERT INTO studies(name, kind, seed, max_step, space_hash, data_hash, created_ms, "
                           "study_file) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(name) DO NOTHING "
                           "RETURNING id");
    const std::string seed = seed_text(record.seed);
    SqliteRows rows = insert.query(record.name, record.kind, seed, record.max_step, record.space_hash, record.data_hash,
                                   created.created_ms, record.study_file);
    HONE_TRY(const bool inserted, rows.next());
    if (!inserted) return name_taken(record.name);
    created.id = rows.integer(0);
  }
  SqliteStatement objective(database_, "INSERT INTO objectives VALUES(?1, ?2, ?3, ?4)");
  for (std::size_t i = 0; i < record.directions.size(); ++i)
    HONE_TRY_VOID(objective.run(created.id, static_cast<std::int64_t>(i), record.directions[i], record.metrics[i]));
  HONE_TRY_VOID(transaction.commit());
  return created;
}

Result<std::vector<StudyRecord>> SqliteStore::read_studies(SqliteRows& rows) {
  SqliteStatement objectives(database_, "SELECT direction, metric FROM objectives WHERE study = ?1 ORDER BY position");
  std::vector<StudyRecord> found;
  HONE_TRY_VOID(rows.each([&]() -> Result<void> {
    StudyRecord& record = found.emplace_back();
    record.id = rows.integer(0);
    record.name = rows.text(1);
    record.kind = rows.text(2);
    HONE_TRY(record.seed, read_seed(rows.text(3)));
    record.max_step = rows.integer(4);
    record.space_hash = rows.text(5);
    record.data_hash = rows.text(6);
    record.created_ms = rows.integer(7);
    record.study_file = rows.text(8);
    record.updated_ms = rows.integer(9);
    record.revision = rows.integer(10);
    SqliteRows parts = objectives.query(record.id);
    return parts.each([&]() -> Result<void> {
      record.directions.emplace_back(parts.text(0));
      record.metrics.emplace_back(parts.text(1));
      return {};
    });
  }));
  return found;
}

Result<std::optional<StudyRecord>> SqliteStore::find_study(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_read());
  SqliteStatement select(database_, HONE_STUDIES "WHERE name = ?1");
  SqliteRows rows = select.query(name);
  HONE_TRY(auto found, read_studies(rows));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<StudyRecord>> SqliteStore::studies() {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_read());
  SqliteStatement select(database_, HONE_STUDIES "ORDER BY name");
  SqliteRows rows = select.query();
  return read_studies(rows);
}

#undef HONE_STUDIES

Result<void> SqliteStore::remove_study(StudyId study) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(durable()));
  HONE_TRY_VOID(revision_of(study));
  SqliteStatement remove(database_, "DELETE FROM studies WHERE id = ?1");  // foreign keys take the rest with it
  HONE_TRY_VOID(remove.run(study));
  return transaction.commit();
}

Result<Revision> SqliteStore::revision_of(StudyId study) {
  SqliteRows rows = select_revision_.query(study);
  HONE_TRY(const bool found, rows.next());
  if (!found) return no_study(study);
  return rows.integer(0);
}

Result<void> SqliteStore::set_attribute(StudyId study, std::string_view key, std::string_view value) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(durable()));
  HONE_TRY_VOID(revision_of(study));
  HONE_TRY_VOID(put_attribute_.run(study, key, value));
  return transaction.commit();
}

Result<std::optional<std::string>> SqliteStore::attribute(StudyId study, std::string_view key) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_read());
  HONE_TRY_VOID(revision_of(study));
  SqliteRows rows = select_attribute_.query(study, key);
  HONE_TRY(const bool found, rows.next());
  if (!found) return std::nullopt;
  return std::string(rows.text(0));
}

Result<Revision> SqliteStore::write_line(StudyId study, Revision before, std::string_view kind, std::int64_t trial,
                                         bool changes, std::int64_t step, std::string_view detail) {
  HONE_TRY_VOID(new_line_.run(study, before + 1, system_clock().unix_ms(), kind, trial, changes ? 1 : 0, step, detail));
  return before + 1;
}

Result<Revision> SqliteStore::log(StudyId study, const Event& event) {
  HONE_TRY_VOID(check_event(event));
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_write(Commit::relaxed));
  HONE_TRY(const Revision before, revision_of(study));
  HONE_TRY(const Revision revision,
           write_line(study, before, event.kind, event.trial, false, event.step, event.detail));
  HONE_TRY_VOID(transaction.commit());
  return revision;
}

Result<std::vector<Event>> SqliteStore::events(StudyId study) {
  return read_journal(study, "AND kind <> 'reported' ");
}

Result<std::vector<Event>> SqliteStore::journal(StudyId study) {
  return read_journal(study, "");
}

Result<std::vector<Event>> SqliteStore::read_journal(StudyId study, const char* condition) {
  const std::scoped_lock lock(mutex_);
  SqliteTransaction transaction(database_);
  HONE_TRY_VOID(transaction.begin_read());
  HONE_TRY_VOID(revision_of(study));
  const std::string sql = fmt::format(
      "SELECT revision, at_ms, kind, trial, step, detail FROM journal WHERE study = ?1 {}ORDER BY revision", condition);
  SqliteStatement select(database_, sql.c_str());
  std::vector<Event> found;
  SqliteRows rows = select.query(study);
  HONE_TRY_VOID(rows.each([&]() -> Result<void> {
    found.push_back({rows.integer(0), rows.integer(1), std::string(rows.text(2)), rows.integer(3), rows.integer(4),
                     std::string(rows.text(5))});
    return {};
  }));
  return found;
}

namespace {

/// What follows '?' in the URL: durability=full, the default, or relaxed.
Result<bool> wants_relaxed(const std::string& url) {
  const auto question = url.find('?');
  if (question == std::string::npos) return false;
  const std::string option = url.substr(question + 1);
  if (option == "durability=relaxed") return true;
  if (option == "durability=full") return false;
  return refuse(
      fmt::format("'{}' is no option of a storage URL: write ?durability=full (what was told survives power "
                  "loss; the default) or ?durability=relaxed (it survives kill -9 only)",
                  quoted(option)));
}

Result<std::unique_ptr<Store>> open_sqlite(std::string_view rest, bool create, double busy_seconds) {
  const std::string url = fmt::format("sqlite://{}", rest);
  HONE_TRY(const std::string path, store_path(url));
  HONE_TRY(const bool relaxed, wants_relaxed(url));
  HONE_TRY(std::unique_ptr<Store> store,
           SqliteStore::open({.path = path, .create = create, .busy_seconds = busy_seconds, .relaxed = relaxed}));
  return store;
}

}  // namespace

constinit const StoreInfo sqlite_store_info{"sqlite", "one file on a local disk, for any number of processes",
                                            open_sqlite};

}  // namespace hone
