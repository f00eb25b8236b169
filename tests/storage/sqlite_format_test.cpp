// What stands in the file: its questions in plain SQL, the conversion of format 1, several runs of a trial.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "storage/sqlite_store.hpp"
#include "storage/store_kit.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

class SqliteFormat : public testing::Test {
 protected:
  std::string url() const { return "sqlite:///" + path_.string(); }
  std::unique_ptr<Store> make() const {
    auto store = open_store(url(), true, 5);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  void sql(const std::string& statements) const {
    SqliteDatabase database;
    ASSERT_TRUE(database.open(path_.string(), true, 5, nullptr));
    const auto done = database.run(statements.c_str());
    ASSERT_TRUE(done) << done.error().message;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "hone.db";
};

/// One line per row of `select`, its columns joined by '|'.
std::string rows_text(const std::filesystem::path& path, const char* select, int columns) {
  SqliteDatabase database;
  EXPECT_TRUE(database.open(path.string(), false, 5, nullptr));
  SqliteStatement statement(database, select);
  SqliteRows rows = statement.query();
  std::string text;
  const auto done = rows.each([&]() -> Result<void> {
    for (int c = 0; c < columns; ++c) text += (c > 0 ? "|" : "") + std::string(rows.text(c));
    text += '\n';
    return {};
  });
  return done ? text : done.error().message;
}

NewTrial trial_of_all_types(std::int64_t number) {
  NewTrial trial = new_trial(number);
  trial.configuration = Configuration();
  trial.configuration.set("rate", Value(0.1));
  trial.configuration.set("units.1", Value(std::int64_t{9'007'199'254'740'993}));
  trial.configuration.set("one", Value(1.0));
  trial.configuration.set("least", Value(5e-324));
  trial.configuration.set("zero", Value(-0.0));
  trial.configuration.set("shuffle", Value(true));
  trial.configuration.set("activation", Value(std::string("a \"quoted\"\\ 'name'\n\x01\x7f: {1,2} µ")));
  trial.configuration.set("nothing", Value(Null{}));
  return trial;
}

TEST_F(SqliteFormat, CanBeReadWithPlainSql) {
  auto store = make();
  const StudyId study = store->create_study(study_record("digits"))->id;
  ASSERT_TRUE(store->create_trial(study, new_trial(0), Owner::this_process()));
  const Claim claim = *store->create_trial(study, trial_of_all_types(1), Owner::this_process());
  ASSERT_TRUE(store->report(study, claim, 3, 0.25));
  ASSERT_TRUE(store->tell(study, claim, complete(2.5)));
  ASSERT_TRUE(store->tell(study, *store->create_trial(study, new_trial(2), Owner::this_process()), complete(-0.0)));
  store.reset();
  EXPECT_EQ(rows_text(path_, "SELECT trial, value FROM results WHERE study = 'digits' ORDER BY trial", 2),
            "0|\n1|2.5\n2|0.0\n");
  EXPECT_EQ(rows_text(path_, "SELECT trial, run, position, value, special FROM run_values ORDER BY trial", 5),
            "1|0|0|2.5|\n2|0|0|0.0|-0\n");
  // CAST AS REAL of the text gives the number; the text compares as text.
  EXPECT_EQ(rows_text(path_,
                      "SELECT CAST(value AS REAL) = 0.1, value = '0.1' FROM parameters WHERE name = 'rate' "
                      "AND trial = 1",
                      2),
            "1|1\n");
  EXPECT_EQ(rows_text(path_, "SELECT position, name, type, value FROM parameters WHERE trial = 1 ORDER BY position", 4),
            "0|rate|float|0.1\n1|units.1|int|9007199254740993\n2|one|float|1.0\n3|least|float|5e-324\n"
            "4|zero|float|-0.0\n5|shuffle|bool|true\n"
            "6|activation|string|a \"quoted\"\\ 'name'\n\x01\x7f: {1,2} µ\n7|nothing|null|null\n");
  EXPECT_EQ(rows_text(path_,
                      "SELECT t.number, t.state, max(CASE WHEN p.name = 'one' THEN CAST(p.value AS REAL) END), "
                      "max(CASE WHEN p.name = 'shuffle' THEN p.value END) FROM trials t JOIN studies s ON "
                      "s.id = t.study JOIN parameters p ON p.study = t.study AND p.trial = t.number "
                      "WHERE s.name = 'digits' AND t.number = 1 GROUP BY t.number",
                      4),
            "1|complete|1.0|true\n");
}

/// Takes a file back to format 1: parameters and values were tables then, and whole floats had no point.
constexpr const char* to_format_1 = R"(
  PRAGMA foreign_keys=OFF; BEGIN;
  DROP VIEW report_values; DROP TABLE further_values; DROP TABLE workers;
  CREATE TABLE p(study INTEGER NOT NULL, trial INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
    type TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(study, trial, position),
    FOREIGN KEY(study, trial) REFERENCES trials ON DELETE CASCADE) STRICT, WITHOUT ROWID;
  CREATE TABLE v(study INTEGER NOT NULL, trial INTEGER NOT NULL, run INTEGER NOT NULL, position INTEGER NOT NULL,
    value REAL NOT NULL, special TEXT, PRIMARY KEY(study, trial, run, position),
    FOREIGN KEY(study, trial, run) REFERENCES runs ON DELETE CASCADE) STRICT, WITHOUT ROWID;
  INSERT INTO p SELECT study, trial, position, name, type,
    CASE WHEN type = 'float' AND value GLOB '*.0' THEN substr(value, 1, length(value) - 2) ELSE value END
    FROM parameters;
  INSERT INTO v SELECT * FROM run_values;
  DROP VIEW results; DROP VIEW parameters; DROP VIEW run_values;
  ALTER TABLE p RENAME TO parameters; ALTER TABLE v RENAME TO run_values;
  ALTER TABLE trials DROP COLUMN configuration; ALTER TABLE trials DROP COLUMN cost; ALTER TABLE runs DROP COLUMN told;
  CREATE VIEW results AS SELECT avg(value) AS value FROM run_values;
  PRAGMA user_version=1; COMMIT)";

TEST_F(SqliteFormat, ConvertsFormat1AsItOpensIt) {
  auto store = make();
  const StudyId study = store->create_study(study_record("s"))->id;
  ASSERT_TRUE(store->create_trial(study, new_trial(0), Owner::this_process()));
  for (std::int64_t number = 1; number < 4; ++number) {
    const Claim claim = *store->create_trial(study, trial_of_all_types(number), Owner::this_process());
    ASSERT_TRUE(store->tell(study, claim, complete(number == 1 ? -0.0 : 0.1 * static_cast<double>(number))));
  }
  NewTrial empty = new_trial(4);
  empty.configuration = Configuration();
  const Claim claim = *store->create_trial(study, empty, Owner::this_process());
  const std::string before = text_of_study(*store, study);
  store.reset();
  const char* const views = "SELECT name, sql FROM sqlite_schema WHERE type = 'view' ORDER BY name";
  const std::string views_before = rows_text(path_, views, 2);
  sql(to_format_1);
  sql("UPDATE parameters SET value = value || char(0) WHERE name = 'name'");  // the view cannot show it
  const char* const columns = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name";
  const std::string format_1 = rows_text(path_, columns, 2);
  EXPECT_EQ(rows_text(path_, "SELECT type FROM sqlite_schema WHERE name = 'parameters'", 1), "table\n");
  EXPECT_EQ(rows_text(path_, "SELECT value FROM parameters WHERE name = 'one' AND trial = 1", 1), "1\n");
  auto converted = open_store(url(), false);
  ASSERT_TRUE(converted) << converted.error().message;
  EXPECT_EQ(text_of_study(**converted, study), before);
  const std::filesystem::path copy = path_.string() + ".format-1";
  EXPECT_EQ(rows_text(copy, columns, 2), format_1) << "what an older hone reads";
  EXPECT_EQ(rows_text(copy, "PRAGMA user_version", 1), "1\n");
  EXPECT_FALSE(std::filesystem::exists(copy.string() + ".part"));
  EXPECT_TRUE((*converted)->tell(study, claim, complete(1)));
  converted->reset();
  EXPECT_EQ(rows_text(path_, views, 2), views_before);
  EXPECT_EQ(rows_text(path_, "PRAGMA user_version", 1), fmt::format("{}\n", sqlite_format));
  EXPECT_EQ(rows_text(path_, "PRAGMA foreign_key_check", 1) + rows_text(path_, "PRAGMA integrity_check", 1), "ok\n");
}

TEST_F(SqliteFormat, AConversionThatFailsLeavesFormat1) {
  auto store = make();
  const StudyId study = store->create_study(study_record("s"))->id;
  ASSERT_TRUE(store->tell(study, *store->create_trial(study, new_trial(0), Owner::this_process()), complete(1)));
  store.reset();
  sql(to_format_1);
  sql("UPDATE run_values SET special = 'huge'");
  const auto refused = open_store(url(), false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::corrupt) << refused.error().message;
  EXPECT_EQ(rows_text(path_, "PRAGMA user_version", 1), "1\n");
  EXPECT_EQ(rows_text(path_, "SELECT count(*) > 0 FROM parameters", 1), "1\n");
  sql("UPDATE run_values SET special = NULL");
  EXPECT_TRUE(open_store(url(), false));
}

TEST_F(SqliteFormat, ConvertsFormat2AsItOpensIt) {
  auto store = make();
  const StudyId one = store->create_study(study_record("one"))->id,
                two = store->create_study(study_record("two", 2))->id;
  const Claim first = *store->create_trial(one, new_trial(0), Owner::this_process());
  ASSERT_TRUE(store->report(one, first, 1, 0.5));
  ASSERT_TRUE(store->tell(one, first, complete(0.25)));
  const Claim second = *store->create_trial(two, new_trial(0), Owner::this_process());
  ASSERT_TRUE(store->report(two, second, 1, std::vector<double>{0.5, 7}));
  const std::string before = text_of_study(*store, one);
  store.reset();
  const char* const schema = "SELECT name, sql FROM sqlite_schema ORDER BY name";
  const std::string schema_before = rows_text(path_, schema, 2);
  // Its reports had the value of the first objective only.
  sql("BEGIN; DROP VIEW report_values; DROP TABLE further_values; DROP TABLE workers; ALTER TABLE trials DROP "
      "COLUMN cost; PRAGMA user_version=2; UPDATE journal SET detail = '0.5' WHERE kind = 'reported'; COMMIT");
  auto converted = open_store(url(), false);
  ASSERT_TRUE(converted) << converted.error().message;
  EXPECT_EQ(text_of_study(**converted, one), before);
  EXPECT_EQ(rows_text(path_, schema, 2), schema_before);
  EXPECT_EQ(rows_text(path_, "PRAGMA user_version", 1), fmt::format("{}\n", sqlite_format));
  ASSERT_TRUE((*converted)->report(two, second, 2, std::vector<double>{0.25, -0.0}));
  const auto changes = (*converted)->changed_since(two, 0);
  ASSERT_TRUE(changes) << changes.error().message;
  const auto& run = changes->trials.at(0).runs.at(0);
  ASSERT_EQ(run.reports.size(), 2u);
  ASSERT_EQ(run.further_values.size(), 2u);
  EXPECT_TRUE(std::isnan(run.further_values[0])) << "nobody said";
  EXPECT_TRUE(std::signbit(run.further_values[1]));
  converted->reset();
  EXPECT_EQ(
      rows_text(path_, "SELECT study, trial, step, position, value, special FROM report_values ORDER BY 1, 3, 4", 6),
      "1|0|1|0|0.5|\n2|0|1|0|0.5|\n2|0|2|0|0.25|\n2|0|2|1|0.0|-0\n");
  EXPECT_EQ(rows_text(path_, "PRAGMA foreign_key_check", 1) + rows_text(path_, "PRAGMA integrity_check", 1), "ok\n");
}

TEST_F(SqliteFormat, AFurtherValueThatCannotBeIsCorrupt) {
  auto store = make();
  const StudyId study = store->create_study(study_record("s", 2))->id;
  const Claim claim = *store->create_trial(study, new_trial(0), Owner::this_process());
  ASSERT_TRUE(store->report(study, claim, 1, std::vector<double>{0.5, 7}));
  store.reset();
  sql("UPDATE further_values SET position = 2");
  const auto read = make()->changed_since(study, 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, Error::Kind::corrupt) << read.error().message;
}

TEST_F(SqliteFormat, TheValueOfATrialIsTheMeanOverItsCompleteRuns) {
  auto store = make();
  const StudyId study = store->create_study(study_record("s", 2))->id;
  Outcome outcome = complete(1);
  outcome.values = {1, -2};
  ASSERT_TRUE(store->tell(study, *store->create_trial(study, new_trial(0), Owner::this_process()), outcome));
  store.reset();
  sql("INSERT INTO runs(study, trial, run, seed, attempt, state, told) VALUES (1, 0, 1, '7', 1, 'complete', "
      "'[2.0,5.0]'), (1, 0, 2, '8', 1, 'failed', NULL), (1, 0, 3, '9', 1, 'complete', '[6.0,9.0]')");
  const auto changes = make()->changed_since(study, 0);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->trials.at(0).values, (std::vector<double>{3, 4}));
  EXPECT_EQ(rows_text(path_, "SELECT value FROM results", 1), "3.0\n4.0\n");
}

}  // namespace
}  // namespace hone
