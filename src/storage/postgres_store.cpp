/// The verbs on studies: records, attributes, journal.
#include "storage/postgres_store.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "storage/postgres_schema.hpp"
#include "storage/sqlite_values.hpp"

namespace hone {
namespace {

std::unexpected<Error> no_schema(const std::string& url) {
  return fail(Error::Kind::not_found,
              fmt::format("there is no store in '{}': `hone fit` and `hone tune` create it", quoted(url, 200)));
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options) {
  if (!options.library) {
    HONE_TRY(options.library, libpq());
  }
  std::unique_ptr<PostgresStore> store(new PostgresStore(options));
  HONE_TRY_VOID(store->prepare_schema());
  return store;
}

Result<void> PostgresStore::prepare_schema() {
  std::optional<Error> refusal;
  const auto prepared = pool_.run([&](PgConnection& connection) {
    refusal.reset();
    return prepare_schema(connection, refusal);
  });
  if (!prepared) return std::unexpected(prepared.error());
  if (refusal) return std::unexpected(*refusal);
  return {};
}

Result<PgRows> PostgresStore::prepare_schema(PgConnection& connection, std::optional<Error>& refusal) {
  const std::string shown = quoted(url(), 200);
  const auto refused = [&](std::string message) { refusal = Error{Error::Kind::invalid_argument, std::move(message)}; };
  HONE_TRY(PgRows there, connection.run("SELECT to_regclass('hone.meta') IS NOT NULL, current_setting("
                                        "'server_encoding'), current_setting('server_version_num')::int"));
  if (there.integer(0, 2) < 150000) {
    refused(fmt::format("'{}' is a PostgreSQL server of version {}; hone needs 15 or later", shown,
                        there.integer(0, 2) / 10000));
    return there;
  }
  if (there.raw(0, 1) != "UTF8") {
    refused(
        fmt::format("'{}' keeps text as {}, hone needs UTF8: createdb -T template0 -E UTF8 NAME makes such a "
                    "database",
                    shown, there.raw(0, 1)));
    return there;
  }
  if (!there.flag(0, 0)) {
    if (!pool_.options().create) {
      refusal = no_schema(url()).error();
      return there;
    }
    HONE_TRY_VOID(connection.run(
        fmt::format("BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_advisory_xact_lock({})", postgres_schema_lock)
            .c_str()));
    HONE_TRY(const PgRows now,
             connection.run("SELECT to_regclass('hone.meta') IS NULL, to_regnamespace('hone') IS NULL"));
    if (now.flag(0, 0)) {  // nobody was faster
      if (!now.flag(0, 1)) {
        refused(
            fmt::format("the schema 'hone' in '{}' is another program's; it was left as it is. Choose another "
                        "database with --storage",
                        shown));
        return connection.run("ROLLBACK");
      }
      HONE_TRY_VOID(connection.run(postgres_tables));
      HONE_TRY_VOID(connection.run(postgres_functions().c_str()));
      HONE_TRY_VOID(connection.run(fmt::format("INSERT INTO hone.meta VALUES ({})", postgres_format).c_str()));
    }
    HONE_TRY_VOID(connection.run("COMMIT"));
  }
  HONE_TRY(PgRows format, connection.run("SELECT max(format) FROM hone.meta"));
  if (format.integer(0, 0) < postgres_format) return convert_schema(connection);
  if (format.integer(0, 0) > postgres_format)
    refused(
        fmt::format("'{}' was written by a newer hone (storage format {}, this one reads up to {}): upgrade hone, "
                    "or choose another database with --storage",
                    shown, format.integer(0, 0), postgres_format));
  return format;
}

/// Of an earlier format to this one, all or nothing.
Result<PgRows> PostgresStore::convert_schema(PgConnection& connection) {
  HONE_TRY_VOID(connection.run(
      fmt::format("BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_advisory_xact_lock({})", postgres_schema_lock)
          .c_str()));
  HONE_TRY(const PgRows now, connection.run("SELECT max(format) FROM hone.meta"));
  if (const std::int64_t format = now.integer(0, 0); format < postgres_format) {  // nobody was faster
    HONE_TRY_VOID(connection.run(postgres_conversion(format).c_str()));
    HONE_TRY_VOID(connection.run(postgres_functions().c_str()));
    HONE_TRY_VOID(connection.run(fmt::format("UPDATE hone.meta SET format = {}", postgres_format).c_str()));
  }
  return connection.run("COMMIT");
}

std::int64_t PostgresStore::new_mark() {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t bits = std::uint64_t{random_()} << 32 | random_();
  return static_cast<std::int64_t>(bits >> 1) | 1;  // not 0: that is no line's mark
}

Result<PostgresLine> PostgresStore::last_line(StudyId study) {
  if (const auto known = lines_.last(study)) return *known;
  static constexpr PgStatement select{"head", "SELECT revision, mark FROM hone.heads WHERE study = $1"};
  HONE_TRY(const PgRows rows, pool_.run(select, PgParameters(study)));
  if (rows.count() == 0) return no_study(study);
  // Not kept: nobody has been told of that line. Only an earlier sending of the same verb may stand after it.
  return PostgresLine{rows.integer(0, 0), rows.integer(0, 1)};
}

Result<PostgresStore::Answer> PostgresStore::answer(const PgRows& rows, StudyId study, PostgresLine before,
                                                    std::int64_t mark) {
  Answer answer{rows.text(0, 0),    rows.integer(0, 1), rows.integer(0, 2),
                rows.integer(0, 5), rows.text(0, 4),    rows.flag(0, 6)};
  if (answer.status == "no study") return no_study(study);
  const bool lost = rows.flag(0, 3);
  if (answer.is_done())
    lines_.wrote(study, before, {answer.revision, mark}, lost);
  else if (lost)
    lines_.lose(study);
  return answer;
}

std::unexpected<Error> PostgresStore::not_durable() const {
  return fail(
      Error::Kind::unavailable,
      fmt::format("what was just told is stored in '{}', but the server was restarted before it was known to be "
                  "on its disk; tell it again",
                  quoted(url(), 200)));
}

Result<PgRows> PostgresStore::run_durably(const PgStatement& statement, const PgParameters& parameters) {
  struct Count {
    std::atomic<int>& now;
    int before = now++;
    ~Count() { --now; }
  } const count{durable_now_};
  if (pool_.options().one_transaction || count.before > 0)
    return durably([&] { return pool_.run(statement, parameters); });
  return pool_.run([&](PgConnection& connection) { return connection.run_durably(statement, parameters); });
}

Result<StudyRecord> PostgresStore::create_study(const StudyRecord& record) {
  HONE_TRY_VOID(check_study(record));
  static constexpr PgStatement insert{"create_study",
                                      "SELECT id, at FROM hone.create_study($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
  const PgParameters parameters(new_mark(), record.name, record.kind, record.seed, record.max_step, record.space_hash,
                                record.data_hash, record.study_file, record.directions, record.metrics);
  HONE_TRY(const PgRows rows, durably([&] { return pool_.run(insert, parameters); }));
  if (rows.is_null(0, 0)) return name_taken(record.name);
  StudyRecord created = record;
  created.id = rows.integer(0, 0);
  created.created_ms = created.updated_ms = rows.integer(0, 1);
  created.revision = 0;
  return created;
}

namespace {

// The parts of the first ten columns are those of read_study.
#define HONE_STUDIES                                                                                             \
  "SELECT id, name, kind, seed, max_step, space_hash, data_hash, created_ms, study_file, updated_ms, revision, " \
  "direction, metric FROM hone.studies JOIN hone.heads ON heads.study = id JOIN hone.objectives ON "             \
  "objectives.study = id "

/// One row per objective.
Result<std::vector<StudyRecord>> read_studies(const PgRows& rows) {
  std::vector<StudyRecord> found;
  for (int row = 0; row < rows.count(); ++row) {
    if (found.empty() || found.back().id != rows.integer(row, 0)) {
      StudyRecord& record = found.emplace_back();
      record.id = rows.integer(row, 0);
      record.name = rows.text(row, 1);
      record.kind = rows.text(row, 2);
      HONE_TRY(record.seed, read_seed(rows.raw(row, 3)));
      record.max_step = rows.integer(row, 4);
      record.space_hash = rows.text(row, 5);
      record.data_hash = rows.text(row, 6);
      record.created_ms = rows.integer(row, 7);
      record.study_file = rows.text(row, 8);
      record.updated_ms = rows.integer(row, 9);
      record.revision = rows.integer(row, 10);
    }
    found.back().directions.push_back(rows.text(row, 11));
    found.back().metrics.push_back(rows.text(row, 12));
  }
  return found;
}

}  // namespace

Result<std::optional<StudyRecord>> PostgresStore::find_study(std::string_view name) {
  static constexpr PgStatement select{"find_study", HONE_STUDIES "WHERE name = $1 ORDER BY position"};
  HONE_TRY(const PgRows rows, pool_.run(select, PgParameters(name)));
  HONE_TRY(auto found, read_studies(rows));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<std::vector<StudyRecord>> PostgresStore::studies() {
  static constexpr PgStatement select{"studies", HONE_STUDIES "ORDER BY name, position"};
  HONE_TRY(const PgRows rows, pool_.run(select, PgParameters()));
  return read_studies(rows);
}

#undef HONE_STUDIES

Result<void> PostgresStore::remove_study(StudyId study) {
  static constexpr PgStatement remove{"remove_study", "SELECT hone.remove_study($1)"};
  bool was_sent = false;
  const auto removed = durably([&]() -> Result<bool> {
    bool found = false;
    HONE_TRY_VOID(pool_.run([&](PgConnection& connection) {
      auto rows = connection.run(remove, PgParameters(study));
      // After a lost answer it may be gone because of us; if it was somebody else, it is as gone.
      if (rows) found = rows->flag(0, 0) || was_sent;
      was_sent = true;
      return rows;
    }));
    return found;
  });
  if (!removed) return std::unexpected(removed.error());
  if (!*removed) return no_study(study);
  return {};
}

Result<void> PostgresStore::set_attribute(StudyId study, std::string_view key, std::string_view value) {
  static constexpr PgStatement put{"set_attribute", "SELECT hone.set_attribute($1, $2, $3)"};
  const PgParameters parameters(study, key, value);
  HONE_TRY(const PgRows rows, durably([&] { return pool_.run(put, parameters); }));
  if (!rows.flag(0, 0)) return no_study(study);
  return {};
}

Result<std::optional<std::string>> PostgresStore::attribute(StudyId study, std::string_view key) {
  static constexpr PgStatement select{
      "attribute",
      "SELECT value FROM hone.heads AS h LEFT JOIN hone.attributes AS a ON a.study = h.study AND key = $2 "
      "WHERE h.study = $1"};
  HONE_TRY(const PgRows rows, pool_.run(select, PgParameters(study, key)));
  if (rows.count() == 0) return no_study(study);
  if (rows.is_null(0, 0)) return std::nullopt;
  return rows.text(0, 0);
}

Result<Revision> PostgresStore::log(StudyId study, const Event& event) {
  HONE_TRY_VOID(check_event(event));
  static constexpr PgStatement call{"log", "SELECT * FROM hone.log($1, $2, $3, $4, $5, $6, $7, $8)"};
  HONE_TRY(const Answer answer, verb(call, study, new_mark(), event.kind, event.trial, event.step, event.detail));
  return answer.revision;
}

Result<std::vector<Event>> PostgresStore::read_journal(const PgStatement& statement, StudyId study) {
  HONE_TRY(const PgRows rows, pool_.run(statement, PgParameters(study)));
  if (rows.count() == 0) return no_study(study);
  std::vector<Event> found;
  for (int row = 0; row < rows.count(); ++row)
    if (!rows.is_null(row, 0))
      found.push_back({rows.integer(row, 0), rows.integer(row, 1), rows.text(row, 2), rows.integer(row, 3),
                       rows.integer(row, 4), rows.text(row, 5)});
  return found;
}

#define HONE_JOURNAL                                                                                                   \
  "SELECT j.revision, at_ms, kind, trial, step, detail FROM hone.heads AS h LEFT JOIN hone.journal AS j ON j.study = " \
  "h.study "

Result<std::vector<Event>> PostgresStore::events(StudyId study) {
  static constexpr PgStatement select{"events",
                                      HONE_JOURNAL "AND kind <> 'reported' WHERE h.study = $1 ORDER BY j.revision"};
  return read_journal(select, study);
}

Result<std::vector<Event>> PostgresStore::journal(StudyId study) {
  static constexpr PgStatement select{"journal", HONE_JOURNAL "WHERE h.study = $1 ORDER BY j.revision"};
  return read_journal(select, study);
}

#undef HONE_JOURNAL

namespace {

Result<std::unique_ptr<Store>> open_postgres(std::string_view rest, bool create, double busy_seconds) {
  HONE_TRY(std::unique_ptr<Store> store,
           PostgresStore::open(
               {.url = fmt::format("postgresql://{}", rest), .create = create, .busy_seconds = busy_seconds}));
  return store;
}

}  // namespace

constinit const StoreInfo postgres_store_info{"postgresql", "a server, for workers on any number of machines",
                                              open_postgres};

}  // namespace hone
