// What trials cost: kept with each, summed up for the study, and a budget that is checked where a trial is created.
#include <thread>

#include "storage/store_conformance.hpp"

namespace hone {
namespace {

class CostConformance : public StoreConformance {
 protected:
  double used(StudyId study) {
    const auto cost = store_->cost_used(study);
    EXPECT_TRUE(cost) << cost.error().message;
    return cost.value_or(-1);
  }
};

TEST_P(CostConformance, IsKeptAndSummedUp) {
  const StudyId study = make_study(), other = make_study("other");
  EXPECT_EQ(used(study), 0);
  const Claim first = make_trial(study, 0), second = make_trial(study, 1);
  ASSERT_TRUE(store_->set_cost(study, first, 0.1));
  const auto revision = store_->set_cost(study, first, 0.75);
  ASSERT_TRUE(revision);
  ASSERT_TRUE(store_->set_cost(study, second, 0));
  ASSERT_TRUE(store_->set_cost(study, second, 5e-324));
  ASSERT_TRUE(store_->pause(study, second, 1, 0.5));
  reopen();
  EXPECT_EQ(trial(study, 0).cost, 0.75);
  EXPECT_EQ(trial(study, 0).changed, *revision);
  EXPECT_EQ(trial(study, 1).cost, 5e-324);
  EXPECT_EQ(used(study), 0.1 + (0.75 - 0.1) + 5e-324);
  EXPECT_EQ(used(other), 0);
  const auto journal = store_->journal(study);
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->at(3).kind, "cost");
  EXPECT_EQ(journal->at(3).detail, "0.75");
  const Claim again = *store_->claim_trial(study, 1, 3, me_);
  expect_error(store_->set_cost(study, second, 1), Error::Kind::conflict);
  ASSERT_TRUE(store_->set_cost(study, again, 1));
  ASSERT_TRUE(store_->set_cost(study, again, 1)) << "said again, it counts once";
  ASSERT_TRUE(store_->set_cost(study, again, 0.5)) << "less than before counts for nothing";
  EXPECT_EQ(used(study), 0.1 + (0.75 - 0.1) + 1);
  ASSERT_TRUE(store_->tell(study, again, complete(1)));
  expect_error(store_->set_cost(study, again, 1), Error::Kind::conflict);
  EXPECT_EQ(trial(study, 1).cost, 1);
}

TEST_P(CostConformance, WhatIsNoCostIsRefused) {
  const StudyId study = make_study();
  const Claim claim = make_trial(study, 0);
  for (const double wrong : {-1.0, 1e201, std::numeric_limits<double>::infinity(), std::nan("")})
    expect_error(store_->set_cost(study, claim, wrong), Error::Kind::invalid_argument);
  expect_error(store_->set_cost(study, {7, claim.token, 0, 0}, 1), Error::Kind::not_found);
  expect_error(store_->set_cost(study + 9, claim, 1), Error::Kind::not_found);
  EXPECT_EQ(used(study), 0);
}

TEST_P(CostConformance, NoTrialIsCreatedBehindTheBudget) {
  const StudyId study = make_study();
  NewTrial next = new_trial(0);
  next.cost_budget = 1;
  const auto claim = store_->create_trial(study, next, me_);
  ASSERT_TRUE(claim) << claim.error().message;
  ASSERT_TRUE(store_->set_cost(study, *claim, 0.75));
  next.number = 1;
  ASSERT_TRUE(store_->create_trial(study, next, me_)) << "not yet";
  ASSERT_TRUE(store_->set_cost(study, *claim, 1));
  next.number = 2;
  const auto refused = store_->create_trial(study, next, me_);
  expect_error(refused, Error::Kind::conflict);
  EXPECT_NE(refused.error().message.find("budget of 1"), std::string::npos) << refused.error().message;
  next.cost_budget = 2;
  EXPECT_TRUE(store_->create_trial(study, next, me_));
}

TEST_P(CostConformance, TenTimesATenthIsOne) {
  const StudyId study = make_study();
  const Claim claim = make_trial(study, 0);
  NewTrial next = new_trial(1);
  next.cost_budget = 1;
  double sum = 0;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(store_->set_cost(study, claim, sum += 0.1));
  ASSERT_LT(used(study), 1);
  expect_error(store_->create_trial(study, next, me_), Error::Kind::conflict);
}

TEST_P(CostConformance, SumsOfManyAtOnceAreExact) {
  const StudyId study = make_study();
  std::vector<Claim> claims;
  for (std::int64_t number = 0; number < 4; ++number) claims.push_back(make_trial(study, number));
  {
    std::vector<std::jthread> threads;
    for (const Claim& claim : claims)
      threads.emplace_back([&] {
        for (int i = 1; i <= 25; ++i) EXPECT_TRUE(store_->set_cost(study, claim, 0.25 * i));
      });
  }
  EXPECT_EQ(used(study), 25);
}

HONE_FOR_ALL_STORES(CostConformance);

}  // namespace
}  // namespace hone
