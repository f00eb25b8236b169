// Leases: joining, beating, leaving, being given up; and the time that a study has used.
#include <chrono>
#include <thread>

#include "storage/store_conformance.hpp"

namespace hone {
namespace {

class WorkerConformance : public StoreConformance {
 protected:
  /// On a host that nobody here can look at.
  static Owner far_away(std::int64_t process) { return {"another-host", "a-boot", process, 7}; }
  std::vector<WorkerRecord> workers(StudyId study) {
    auto found = store_->workers(study);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::vector<WorkerRecord>{});
  }
};

TEST_P(WorkerConformance, JoinBeatAndLeave) {
  const StudyId study = make_study(), other = make_study("other");
  ASSERT_TRUE(store_->beat(study, far_away(2), 0));
  ASSERT_TRUE(store_->beat(study, far_away(1), 0));
  ASSERT_TRUE(store_->beat(study, far_away(2), 0));
  reopen();
  const auto there = workers(study);
  ASSERT_EQ(there.size(), 2u);
  EXPECT_EQ(there[0].owner, far_away(1));
  EXPECT_EQ(there[0].beats, 1);
  EXPECT_EQ(there[1].owner, far_away(2));
  EXPECT_EQ(there[1].beats, 2);
  EXPECT_GT(there[1].joined_ms, 0);
  EXPECT_GE(there[1].seen_ms, there[1].joined_ms);
  EXPECT_TRUE(workers(other).empty());
  ASSERT_TRUE(store_->leave(study, far_away(1)));
  ASSERT_TRUE(store_->leave(study, far_away(1)));  // it is gone already
  EXPECT_EQ(workers(study).size(), 1u);
  EXPECT_EQ(store_->changed_since(study, 0)->revision, 0) << "no line of the journal";
  expect_error(store_->beat(study, me_, -1), Error::Kind::invalid_argument);
  expect_error(store_->beat(99, me_, 0), Error::Kind::not_found);
  expect_error(store_->workers(99), Error::Kind::not_found);
  expect_error(store_->leave(99, me_), Error::Kind::not_found);
}

TEST_P(WorkerConformance, OnlyWhoIsStillSilentLosesTrials) {
  const StudyId study = make_study();
  for (std::int64_t number = 0; number < 3; ++number) make_trial(study, number, far_away(number));
  for (std::int64_t number = 0; number < 3; ++number) ASSERT_TRUE(store_->beat(study, far_away(number), 0));
  EXPECT_TRUE(store_->reclaim(study, 1)->empty()) << "nobody can say that they are dead";
  const auto silent = workers(study);
  ASSERT_TRUE(store_->beat(study, far_away(1), 0));  // since then it has spoken
  EXPECT_EQ(store_->reclaim(study, 1, std::span(silent).first(2)).value(), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(trial(study, 0).state, TrialState::waiting);
  EXPECT_EQ(trial(study, 1).state, TrialState::running);
  EXPECT_EQ(trial(study, 2).state, TrialState::running);
  EXPECT_EQ(workers(study).size(), 2u);
  ASSERT_TRUE(store_->beat(study, far_away(0), 0)) << "who was given up may come back";
  EXPECT_EQ(workers(study).size(), 3u);
}

TEST_P(WorkerConformance, WhoHasNoLeaseHoldsNothing) {
  const StudyId study = make_study();
  ASSERT_TRUE(store_->beat(study, far_away(0), 0));
  make_trial(study, 0, far_away(0));
  make_trial(study, 1);  // of this host: it is seen to be alive
  EXPECT_TRUE(store_->reclaim(study, 1)->empty());
  ASSERT_TRUE(store_->leave(study, far_away(0)));
  EXPECT_EQ(store_->reclaim(study, 1).value(), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(trial(study, 1).state, TrialState::running);
}

TEST_P(WorkerConformance, ALateTellOfASilentWorkerIsRefused) {
  const StudyId study = make_study();
  const Claim old = make_trial(study, 0, far_away(0));
  ASSERT_TRUE(store_->beat(study, far_away(0), 0));
  ASSERT_EQ(store_->reclaim(study, 1, workers(study))->size(), 1u);
  const auto next = store_->claim_trial(study, 0, 3, me_);
  ASSERT_TRUE(next);
  expect_error(store_->tell(study, old, complete(1)), Error::Kind::conflict);
  expect_error(store_->report(study, old, 1, 1), Error::Kind::conflict);
  ASSERT_TRUE(store_->tell(study, *next, complete(2)));
  expect_error(store_->tell(study, old, complete(2)), Error::Kind::conflict);
  EXPECT_EQ(trial(study, 0).values, std::vector<double>{2});
}

TEST_P(WorkerConformance, TimeOfSeveralWorkersAtOnceCountsOnce) {
  const StudyId study = make_study();
  EXPECT_EQ(store_->beat(study, far_away(0), 0).value(), 0);
  EXPECT_LT(store_->beat(study, far_away(1), 1000).value(), 100) << "the other one was seen just now";
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  const double once = store_->beat(study, far_away(0), 1000).value();
  EXPECT_GE(once, 0.02);
  EXPECT_LT(once, 100);
  ASSERT_TRUE(store_->set_attribute(study, "seconds_used", "5.5"));
  reopen();
  EXPECT_EQ(store_->beat(study, far_away(0), 0).value(), 5.5);
  EXPECT_EQ(store_->attribute(study, "seconds_used")->value(), "5.5");
}

HONE_FOR_ALL_STORES(WorkerConformance);

}  // namespace
}  // namespace hone
