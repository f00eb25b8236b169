// Files that earlier hones have written, one of each format that was ever released: tests/storage/formats/format-N.sql
// is the dump of one (`hone fit` by that hone: study "finished" to its end, study "killed" by kill -9 on its way).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.hpp"
#include "space/study_file.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/store_kit.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

std::int64_t number_in(const std::filesystem::path& path, const char* select) {
  SqliteDatabase database;
  EXPECT_TRUE(database.open(path.string(), false, 5, nullptr));
  return database.number(select).value_or(-1);
}

class ReleasedFormats : public testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override {
    const auto dump = read_file(fmt::format("{}/tests/storage/formats/format-{}.sql", HONE_SOURCE_DIR, GetParam()));
    ASSERT_TRUE(dump) << dump.error().message;
    SqliteDatabase database;
    ASSERT_TRUE(database.open(path_.string(), true, 5, nullptr));
    const auto done = database.run(dump->c_str());
    ASSERT_TRUE(done) << done.error().message;
  }
  std::unique_ptr<Store> open() {
    auto store = open_store("sqlite:///" + path_.string(), false);
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "hone.db";
};

TEST_P(ReleasedFormats, IsOpenedReadAndContinued) {
  const std::int64_t trials = number_in(path_, "SELECT count(*) FROM trials");
  const std::int64_t reports = number_in(path_, "SELECT count(*) FROM reports");
  const std::int64_t lines = number_in(path_, "SELECT count(*) FROM journal");
  ASSERT_GE(trials, 8);
  ASSERT_GT(reports, 20);
  auto store = open();
  ASSERT_TRUE(store);
  const std::filesystem::path backup = path_.string() + fmt::format(".format-{}", GetParam());
  EXPECT_EQ(std::filesystem::exists(backup), GetParam() < sqlite_format);
  if (std::filesystem::exists(backup)) {
    EXPECT_EQ(number_in(backup, "PRAGMA user_version"), GetParam());
    EXPECT_EQ(number_in(backup, "SELECT count(*) FROM reports"), reports);
  }
  std::int64_t trials_read = 0, reports_read = 0, lines_read = 0;
  for (const std::string name : {"finished", "killed"}) {
    const auto record = store->find_study(name);
    ASSERT_TRUE(record && *record) << name;
    const StudyId study = (*record)->id;
    const auto file = parse_study_file((*record)->study_file, name);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE(file->space);
    const auto changes = store->changed_since(study, 0);
    ASSERT_TRUE(changes) << changes.error().message;
    for (const TrialRecord& trial : changes->trials) {
      reports_read += std::ssize(trial.runs.at(0).reports);
      EXPECT_EQ(trial.point.size(), file->space->axes().size());
      EXPECT_EQ(file->space->configuration(trial.point), trial.configuration) << name << " trial " << trial.number;
    }
    trials_read += std::ssize(changes->trials);
    lines_read += std::ssize(*store->journal(study));
    const TrialCounts counts = count_trials(changes->trials);
    EXPECT_EQ(counts.complete, name == "finished" ? 1 : 0);
    EXPECT_EQ(counts.running > 0, name == "killed");
  }
  EXPECT_EQ(trials_read, trials);
  EXPECT_EQ(reports_read, reports);
  EXPECT_EQ(lines_read, lines);

  // The worker of the killed study is gone (since format 4 it has a lease, which is over when it is silent), its trials
  // go on, and new ones follow.
  const StudyId study = (*store->find_study("killed"))->id;
  const auto silent = store->workers(study);
  ASSERT_TRUE(silent) << silent.error().message;
  const auto lost = store->reclaim(study, 1, *silent);
  ASSERT_TRUE(lost) << lost.error().message;
  ASSERT_FALSE(lost->empty());
  const Owner me = Owner::this_process();
  const auto claim = store->claim_trial(study, lost->front(), 9, me);
  ASSERT_TRUE(claim) << claim.error().message;
  EXPECT_TRUE(store->set_cost(study, *claim, 0.5));
  EXPECT_TRUE(store->report(study, *claim, 100, 0.5));
  EXPECT_TRUE(store->tell(study, *claim, complete(0.75)));
  NewTrial next = new_trial(std::ssize(store->changed_since(study, 0)->trials));
  EXPECT_TRUE(store->create_trial(study, next, me));
  const std::string before = text_of_study(*store, study);
  store.reset();
  EXPECT_EQ(text_of_study(*open(), study), before);
  EXPECT_EQ(number_in(path_, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

INSTANTIATE_TEST_SUITE_P(Each, ReleasedFormats, testing::Range(std::int64_t{1}, sqlite_format + 1),
                         [](const auto& format) { return fmt::format("format_{}", format.param); });

}  // namespace
}  // namespace hone
