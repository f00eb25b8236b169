// What only a store on a PostgreSQL server has to do: its schema, its texts, lines that the server has lost, syncs that
// threads share.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <limits>
#include <thread>

#include "storage/postgres_schema.hpp"
#include "storage/postgres_server.hpp"
#include "storage/postgres_store.hpp"
#include "storage/store_kit.hpp"

namespace hone {
namespace {

class PostgresStores : public testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::instance();
    if (!server_) GTEST_SKIP() << PostgresServer::why_not();
    rest_ = server_->new_database();
  }
  std::unique_ptr<PostgresStore> open() {
    auto store = PostgresStore::open({"postgresql://" + rest_, true, 20});
    EXPECT_TRUE(store) << store.error().message;
    return std::move(store).value_or(nullptr);
  }
  /// As if the server had crashed before the lines after `revision` reached its disk.
  void forget_after(Revision revision) {
    server_->sql(rest_,
                 fmt::format("DELETE FROM hone.trials WHERE asked > {0}; DELETE FROM hone.reports WHERE revision "
                             "> {0}; DELETE FROM hone.journal WHERE revision > {0}; UPDATE hone.heads SET "
                             "revision = {0}, mark = (SELECT mark FROM hone.journal WHERE revision = {0}), "
                             "trials = (SELECT count(*) FROM hone.trials)",
                             revision));
  }

  PostgresServer* server_ = nullptr;
  std::string rest_;
  const Owner me_ = Owner::this_process();
};

TEST_F(PostgresStores, AServerThatStaysAwayIsUnavailableWithTheCure) {
  const auto away = PostgresStore::open({"postgresql:///x?host=/nonexistent", true, 0.2});
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().kind, Error::Kind::unavailable);
  EXPECT_NE(away.error().message.find("start the server"), std::string::npos) << away.error().message;
  auto none = PostgresStore::open({"postgresql:///no_such_db" + rest_.substr(rest_.find('?')), true, 5});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Error::Kind::invalid_argument);
  EXPECT_NE(none.error().message.find("createdb"), std::string::npos) << none.error().message;
}

TEST_F(PostgresStores, ANewerFormatIsRefusedAndALackingSchemaNotMade) {
  EXPECT_EQ(PostgresStore::open({"postgresql://" + rest_, false, 5}).error().kind, Error::Kind::not_found);
  EXPECT_EQ(server_->sql(rest_, "SELECT count(*) FROM pg_namespace WHERE nspname = 'hone'"), "0\n");
  ASSERT_TRUE(open());
  server_->sql(rest_, "UPDATE hone.meta SET format = 99");
  const auto newer = PostgresStore::open({"postgresql://" + rest_, true, 5});
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("newer hone (storage format 99"), std::string::npos) << newer.error().message;
}

TEST_F(PostgresStores, ConvertsFormat1AndKeepsItsTables) {
  auto store = open();
  const StudyId study = store->create_study(study_record("s"))->id;
  ASSERT_TRUE(store->tell(study, *store->create_trial(study, new_trial(0), me_), complete(0.5)));
  const Claim claim = *store->create_trial(study, new_trial(1), me_);
  const std::string before = text_of_study(*store, study);
  store.reset();
  server_->sql(rest_,
               "DROP FUNCTION hone.set_cost; DROP FUNCTION hone.create_trial; DROP FUNCTION hone.cost_used; "
               "ALTER TABLE hone.trials DROP COLUMN cost; UPDATE hone.meta SET format = 1");
  std::vector<std::unique_ptr<PostgresStore>> stores(4);
  {
    std::vector<std::jthread> threads;
    for (auto& one : stores) threads.emplace_back([&] { one = open(); });
  }
  EXPECT_EQ(text_of_study(*stores[0], study), before);
  ASSERT_TRUE(stores[1]->set_cost(study, claim, 0.25));
  EXPECT_TRUE(stores[2]->create_trial(study, new_trial(2), me_));
  EXPECT_EQ(server_->sql(rest_, "SELECT format FROM hone.meta"), fmt::format("{}\n", postgres_format));
  EXPECT_EQ(server_->sql(rest_, "SELECT number, state FROM hone_format_1.trials ORDER BY 1"),
            "0|complete\n1|running\n");
  EXPECT_EQ(server_->sql(rest_, "SELECT format FROM hone_format_1.meta"), "1\n");
}

TEST_F(PostgresStores, ViewsSayWhatTheTablesHold) {
  const auto store = open();
  const StudyId study = store->create_study(study_record("views", 2))->id;
  const Claim claim = *store->create_trial(study, new_trial(0), Owner::this_process());
  const std::vector<double> reported{-0.0, std::numeric_limits<double>::infinity()};
  ASSERT_TRUE(store->report(study, claim, 3, reported));
  Outcome outcome = complete(0.1);
  outcome.values.push_back(0.2);
  outcome.constraints = {-1};
  ASSERT_TRUE(store->tell(study, claim, outcome));
  EXPECT_EQ(server_->sql(rest_, "SELECT metric, value FROM hone.results ORDER BY 1"), "metric 0|0.1\nmetric 1|0.2\n");
  EXPECT_EQ(server_->sql(rest_, "SELECT step, position, value FROM hone.report_values"), "3|0|-0\n3|1|Infinity\n");
  EXPECT_EQ(server_->sql(rest_, "SELECT value FROM hone.trial_constraints"), "-1\n");
  EXPECT_EQ(server_->sql(rest_, "SELECT attempt, state FROM hone.runs"), "1|complete\n");
  EXPECT_EQ(server_->sql(rest_, "SELECT position, value FROM hone.run_values"), "0|0.1\n1|0.2\n");
}

TEST(PostgresText, KeepsEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& text :
       {all, std::string("plain"), std::string("\xc3\xa9 \xf0\x9f\x98\x80"), std::string("\xed\xa0\x80 \xc0\x80"),
        std::string("\xf4\x90\x80\x80"), std::string("cut \xe2\x82"), std::string("\x10zz"), std::string(3, '\0')})
    EXPECT_EQ(unescaped_text(escaped_text(text)), text);
  EXPECT_EQ(escaped_text("it's \xc3\xa9"), "it's \xc3\xa9");
  EXPECT_EQ(escaped_text(std::string("a\0b\xff", 4)),
            "a\x10"
            "00b\x10"
            "ff");
}

TEST_F(PostgresStores, AVerbNoticesThatLinesBeforeItAreLost) {
  const auto store = open(), other = open();
  const StudyId study = store->create_study(study_record("lost"))->id;
  const Claim first = *store->create_trial(study, new_trial(0), me_);
  ASSERT_EQ(store->changed_since(study, 0)->revision, 1);
  ASSERT_TRUE(store->create_trial(study, new_trial(1), me_));
  forget_after(1);
  EXPECT_FALSE(store->has_lost_lines(study)) << "it has not asked yet";
  EXPECT_EQ(store->report(study, first, 1, 0.5).value(), 2);
  EXPECT_TRUE(store->has_lost_lines(study));
  const auto changes = store->changed_since(study, 2);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_TRUE(changes->reread);
  EXPECT_EQ(changes->trials.size(), 1u);
  EXPECT_FALSE(store->has_lost_lines(study));
  EXPECT_FALSE(store->changed_since(study, 2)->reread);
  EXPECT_FALSE(other->has_lost_lines(study)) << "it knew of nothing";
}

TEST_F(PostgresStores, AReaderNoticesThatAnotherLineStandsThere) {
  const auto store = open(), other = open();
  const StudyId study = store->create_study(study_record("lost"))->id;
  const Claim first = *store->create_trial(study, new_trial(0), me_);
  const Claim old = *store->create_trial(study, new_trial(1), me_);
  EXPECT_EQ(store->changed_since(study, 0)->revision, 2);
  forget_after(1);
  const auto anew = other->create_trial(study, new_trial(1), me_);  // the same number and attempt
  ASSERT_TRUE(anew) << anew.error().message;
  EXPECT_NE(anew->token, old.token);
  EXPECT_EQ(anew->revision, 2);
  EXPECT_EQ(store->tell(study, old, complete(1)).error().kind, Error::Kind::conflict);
  EXPECT_TRUE(store->has_lost_lines(study)) << "a refusal may come of it";
  const auto changes = store->changed_since(study, 2);
  EXPECT_TRUE(changes->reread);
  ASSERT_EQ(changes->trials.size(), 2u);
  EXPECT_EQ(changes->trials[1].runs[0].token, anew->token);
  ASSERT_TRUE(other->tell(study, *anew, complete(1)));
  EXPECT_TRUE(store->tell(study, first, complete(2)));
  EXPECT_FALSE(store->has_lost_lines(study));
  EXPECT_FALSE(store->changed_since(study, 2)->reread);
  EXPECT_TRUE(other->changed_since(study, 1)->reread) << "it never answered with revision 1";
}

TEST_F(PostgresStores, ThreadsShareASync) {
  PostgresOptions options{"postgresql://" + rest_, true, 20};
  options.library = *libpq();
  PostgresSync sync(options);
  const auto begun = sync.begin();
  ASSERT_TRUE(begun) << begun.error().message;
  {
    std::vector<std::jthread> all;
    for (int t = 0; t < 16; ++t)
      all.emplace_back([&] {
        for (int i = 0; i < 50; ++i) EXPECT_TRUE(sync.reach(*begun).value_or(false));
      });
  }
  EXPECT_GE(sync.syncs(), 50);
  EXPECT_LT(sync.syncs(), 800);
  EXPECT_FALSE(sync.reach(*begun + 1).value()) << "another connection proves nothing";
}

TEST_F(PostgresStores, NeedsNoSuperuser) {
  server_->sql(rest_, "DROP ROLE IF EXISTS worker; CREATE ROLE worker LOGIN; GRANT CREATE ON DATABASE " +
                          rest_.substr(1, rest_.find('?') - 1) + " TO worker");
  std::string url = "postgresql://" + rest_;
  url.replace(url.find("user=hone"), 9, "user=worker");
  const auto store = PostgresStore::open({url, true, 20});
  ASSERT_TRUE(store) << store.error().message;
  const StudyId study = (*store)->create_study(study_record("mine"))->id;
  const Claim claim = *(*store)->create_trial(study, new_trial(0), me_);
  EXPECT_TRUE((*store)->tell(study, claim, complete(1)));
  server_->sql(rest_, "DROP SCHEMA hone CASCADE; REVOKE CREATE ON DATABASE " + rest_.substr(1, rest_.find('?') - 1) +
                          " FROM worker; DROP ROLE worker");
}

TEST_F(PostgresStores, WithoutTheRightToCreateItSaysWhatToGrant) {
  server_->sql(rest_, "CREATE ROLE guest LOGIN");
  std::string url = "postgresql://" + rest_;
  url.replace(url.find("user=hone"), 9, "user=guest");
  const auto store = PostgresStore::open({url, true, 20});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, Error::Kind::invalid_argument);
  EXPECT_NE(store.error().message.find("GRANT CREATE"), std::string::npos) << store.error().message;
  server_->sql(rest_, "DROP ROLE guest");
}

TEST_F(PostgresStores, ASchemaOfAnotherProgramIsLeftAlone) {
  server_->sql(rest_, "CREATE SCHEMA hone; CREATE TABLE hone.theirs(x int)");
  const auto store = PostgresStore::open({"postgresql://" + rest_, true, 20});
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("another program's"), std::string::npos) << store.error().message;
  EXPECT_EQ(server_->sql(rest_, "SELECT count(*) FROM pg_class WHERE relnamespace = 'hone'::regnamespace"), "1\n");
}

TEST_F(PostgresStores, ManyAtOnceCreateTheSchemaOnce) {
  std::vector<std::jthread> all;
  for (int t = 0; t < 8; ++t) all.emplace_back([&] { EXPECT_TRUE(open()); });
  all.clear();
  EXPECT_EQ(server_->sql(rest_, "SELECT count(*) FROM hone.meta"), "1\n");
}

}  // namespace
}  // namespace hone
