// The connection to a PostgreSQL server breaks at every call of its library in turn, before the call or after it, and
// the server itself is restarted under load: what was acknowledged is kept, nothing happens twice.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "storage/postgres_server.hpp"
#include "storage/postgres_store.hpp"
#include "storage/store_kit.hpp"

namespace hone {
namespace {

/// Cuts the connection at one call. The library's functions take no context, hence the static state.
struct Cutter {
  static inline const LibPq* real = nullptr;
  static inline int calls = 0, cut_at = -1;
  static inline bool after = false;

  static void cut(pg_conn* connection) { ::shutdown(real->socket(connection), SHUT_RDWR); }
  template <class Call>
  static pg_result* pass(pg_conn* connection, Call&& call) {
    const bool now = calls++ == cut_at;
    if (now && !after) cut(connection);
    pg_result* const result = call();
    if (!now || !after) return result;
    cut(connection);  // it was done, but the answer is lost
    if (result) real->clear(result);
    return real->exec(connection, "SELECT 1");
  }
  static pg_result* exec(pg_conn* connection, const char* sql) {
    return pass(connection, [&] { return real->exec(connection, sql); });
  }
  static pg_result* exec_prepared(pg_conn* connection, const char* name, int count, const char* const* values,
                                  const int* lengths, const int* formats, int format) {
    return pass(connection,
                [&] { return real->execPrepared(connection, name, count, values, lengths, formats, format); });
  }
  static pg_result* prepare(pg_conn* connection, const char* name, const char* sql, int count, const unsigned* types) {
    return pass(connection, [&] { return real->prepare(connection, name, sql, count, types); });
  }
  static pg_conn* connect(const char* const* keywords, const char* const* values, int expand) {
    pg_conn* const connection = real->connectdbParams(keywords, values, expand);
    if (calls++ == cut_at) cut(connection);
    return connection;
  }
  template <class Call>
  static int pass_on(pg_conn* connection, Call&& call) {
    const bool now = calls++ == cut_at;
    if (now && !after) cut(connection);
    const int done = call();
    if (now && after) cut(connection);
    return done;
  }
  static int send(pg_conn* connection, const char* name, int count, const char* const* values, const int* lengths,
                  const int* formats, int format) {
    return pass_on(connection,
                   [&] { return real->sendQueryPrepared(connection, name, count, values, lengths, formats, format); });
  }
  static int sync(pg_conn* connection) {
    return pass_on(connection, [&] { return real->pipelineSync(connection); });
  }
  static pg_result* get_result(pg_conn* connection) {
    return pass(connection, [&] { return real->getResult(connection); });
  }
  static LibPq table() {
    LibPq all = *real;
    all.exec = exec;
    all.execPrepared = exec_prepared;
    all.prepare = prepare;
    all.connectdbParams = connect;
    all.sendQueryPrepared = send;
    all.pipelineSync = sync;
    all.getResult = get_result;
    return all;
  }
};

class PostgresFaults : public testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::instance();
    if (!server_) GTEST_SKIP() << PostgresServer::why_not();
    rest_ = server_->new_database();
    Cutter::real = *libpq();
    Cutter::cut_at = -1;
  }
  std::unique_ptr<PostgresStore> open(const LibPq* library = nullptr) {
    auto store = PostgresStore::open({"postgresql://" + rest_, true, 20, library});
    EXPECT_TRUE(store) << store.error().message;
    return std::move(store).value_or(nullptr);
  }

  PostgresServer* server_ = nullptr;
  std::string rest_;
};

/// Every verb once; its answers, as text that does not depend on anything but whether each was carried out once.
std::string play_all_verbs(Store& store, const std::string& name) {
  std::string text;
  const auto say = [&](std::string_view verb, const auto& result) {
    text += fmt::format("{} {}; ", verb, result ? "done" : result.error().message);
    return result.has_value();
  };
  const auto created = store.create_study(study_record(name));
  if (!say("create_study", created)) return text;
  const StudyId study = created->id;
  const Owner me = Owner::this_process(), far{"another-host", "a-boot", 1, 7};
  say("set_attribute", store.set_attribute(study, "key", "value"));
  Claim claim = store.create_trial(study, new_trial(0), me).value_or(Claim{});
  say("configure", store.configure(study, claim, new_trial(0).configuration, "a domain"));
  say("report", store.report(study, claim, 1, 0.5));
  say("set_cost", store.set_cost(study, claim, 0.25));
  say("pause", store.pause(study, claim, 1, 1));
  const auto resumed = store.claim_trial(study, 0, 9, me);
  if (say("claim_trial", resumed)) claim = *resumed;
  say("release", store.release(study, claim, 1));
  const auto again = store.claim_trial(study, 0, 9, me);
  if (say("claim_trial", again)) claim = *again;
  say("tell", store.tell(study, claim, complete(0.25)));
  const Claim second = store.create_trial(study, new_trial(1), me).value_or(Claim{});
  say("release", store.release(study, second, 1));
  say("prune", store.prune(study, 1, "enough"));
  Event event;
  event.kind = "look";
  say("log", store.log(study, event));
  say("beat", store.beat(study, far, 0));
  say("create_trial", store.create_trial(study, new_trial(2), far));
  const auto there = store.workers(study);
  const auto lost = store.reclaim(study, 1, there.value_or(std::vector<WorkerRecord>{}));
  say("reclaim", lost);
  if (lost) text += fmt::format("{} lost; ", lost->size());
  say("beat", store.beat(study, me, 0));
  say("leave", store.leave(study, me));
  text += text_of_study(store, study);
  say("find_study", store.find_study(name));
  say("remove_study", store.remove_study(study));
  say("find_study", store.find_study(name));
  return text;
}

/// Beats may be counted twice, which harms nobody; names differ.
std::string comparable(std::string text, const std::string& name) {
  for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) text.replace(at, name.size(), "NAME");
  for (std::size_t at = 0; (at = text.find(" beats ", at)) != std::string::npos; ++at) text.erase(at + 7, 1);
  return text;
}

TEST_F(PostgresFaults, ACutConnectionAtAnyCallIsNotNoticed) {
  const LibPq table = Cutter::table();
  const auto first = open();
  ASSERT_TRUE(first);
  const std::string expected = comparable(play_all_verbs(*first, "first one"), "first one");
  EXPECT_EQ(std::ranges::count(expected.substr(0, expected.find("revision")), ';'), 19) << expected;
  for (const bool after : {false, true}) {
    Cutter::after = after;
    int calls = 1;
    for (int k = 0; k < calls; ++k) {
      Cutter::calls = 0;
      Cutter::cut_at = k;
      const std::string name = fmt::format("cut-{}-{}", after, k);
      const auto store = open(&table);
      ASSERT_TRUE(store);
      EXPECT_EQ(comparable(play_all_verbs(*store, name), name), expected) << "cut at call " << k << " after " << after;
      calls = Cutter::calls;
      if (HasFailure()) return;
    }
    EXPECT_GT(calls, 60);
  }
}

TEST_F(PostgresFaults, AnImportIsCarriedOutOnceOrNotAtAll) {
  const LibPq table = Cutter::table();
  const auto reader = open();
  std::vector<ImportedTrial> trials(3);
  for (std::int64_t i = 0; i < 3; ++i) {
    ImportedTrial& one = trials[static_cast<std::size_t>(i)];
    one.trial = new_trial(i);
    one.reports = {{1, {0.5}}};
    one.outcome = complete(static_cast<double>(i));
  }
  for (const bool after : {false, true}) {
    Cutter::after = after;
    int calls = 1;
    for (int k = 0; k < calls; ++k) {
      const StudyId study = reader->create_study(study_record(fmt::format("import-{}-{}", after, k)))->id;
      const auto store = open(&table);
      Cutter::calls = 0;
      Cutter::cut_at = k;
      const auto imported = store->import_trials(study, trials, Owner::this_process());
      Cutter::cut_at = -1;
      calls = Cutter::calls;
      ASSERT_TRUE(imported) << imported.error().message << ", cut at call " << k << " after " << after;
      const auto changes = reader->changed_since(study, 0);
      ASSERT_TRUE(changes) << changes.error().message;
      EXPECT_EQ(changes->revision, *imported) << "cut at call " << k << " after " << after;
      ASSERT_EQ(changes->trials.size(), 3u);
      EXPECT_EQ(changes->trials[2].values, std::vector<double>{2});
      EXPECT_EQ(reader->journal(study)->size(), 9u);
    }
    EXPECT_GT(calls, 20);
  }
}

TEST_F(PostgresFaults, WhatWasToldSurvivesARestartUnderLoad) {
  const auto setup = open();
  ASSERT_TRUE(setup);
  const StudyId study = setup->create_study(study_record("load"))->id;
  constexpr int workers = 4;
  struct Told {
    std::int64_t trial;
    double value;
  };
  std::vector<std::vector<Told>> told(workers);
  std::atomic<bool> stop = false;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> all;
    for (int w = 0; w < workers; ++w)
      all.emplace_back([&, w] {
        const auto store = w % 2 == 0 ? nullptr : open();  // two of their own, two share one
        Store& mine = store ? *store : *setup;
        Revision seen = 0;
        std::int64_t next = 0;
        while (!stop) {
          const auto changes = mine.changed_since(study, seen);
          if (!changes) {
            ++failures;
            continue;
          }
          if (changes->reread) next = 0;
          seen = changes->revision;
          for (const TrialRecord& trial : changes->trials) next = std::max(next, trial.number + 1);
          const auto claim = mine.create_trial(study, new_trial(next), Owner::this_process());
          if (!claim) continue;  // somebody was faster
          const double value = static_cast<double>(claim->trial) + 0.125 * w;
          const auto done = mine.tell(study, *claim, complete(value));
          if (done) told[static_cast<std::size_t>(w)].push_back({claim->trial, value});
        }
      });
    for (int restart = 0; restart < 3; ++restart) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      EXPECT_TRUE(server_->restart_at_once());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    stop = true;
  }
  const auto changes = setup->changed_since(study, 0);
  ASSERT_TRUE(changes) << changes.error().message;
  std::size_t acknowledged = 0;
  std::vector<int> times(changes->trials.size());
  for (const auto& of_one : told)
    for (const Told& one : of_one) {
      ++acknowledged;
      ASSERT_LT(one.trial, std::ssize(changes->trials));
      const TrialRecord& trial = changes->trials[static_cast<std::size_t>(one.trial)];
      EXPECT_EQ(trial.values, std::vector<double>{one.value}) << one.trial;
      EXPECT_EQ(++times[static_cast<std::size_t>(one.trial)], 1) << "told by two: " << one.trial;
    }
  EXPECT_EQ(failures, 0) << "a server that comes back in time is never unavailable";
  EXPECT_GT(acknowledged, 20u);
  const auto lines = setup->journal(study);
  ASSERT_TRUE(lines);
  for (std::size_t i = 0; i < lines->size(); ++i) ASSERT_EQ((*lines)[i].revision, static_cast<Revision>(i) + 1);
}

}  // namespace
}  // namespace hone
