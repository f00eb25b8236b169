// What every store of the list must do with trials, verb by verb. Random histories are in store_model_test.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "storage/store_conformance.hpp"

namespace hone {
namespace {

using Kind = Error::Kind;
using State = TrialState;

class TrialConformance : public StoreConformance {};

TEST_P(TrialConformance, GivesEveryBitBack) {
  const StudyId study = make_study();
  for (std::int64_t number = 0; number < 4; ++number) {
    const NewTrial wanted = new_trial(number);
    const Claim claim = make_trial(study, number);
    reopen();
    const TrialRecord got = trial(study, static_cast<std::size_t>(number));
    EXPECT_EQ(got.number, number);
    EXPECT_EQ(got.state, State::running);
    EXPECT_EQ(got.origin, wanted.origin);
    EXPECT_EQ(got.arm, wanted.arm);
    EXPECT_EQ(got.why, wanted.why);
    EXPECT_EQ(got.attempt, wanted.attempt);
    EXPECT_EQ(got.configuration, wanted.configuration);
    ASSERT_EQ(got.point.size(), wanted.point.size());
    for (std::size_t i = 0; i < got.point.size(); ++i) {
      EXPECT_EQ(got.point[i], wanted.point[i]);
      EXPECT_EQ(std::signbit(got.point[i]), std::signbit(wanted.point[i])) << i;
    }
    EXPECT_EQ(got.seen, wanted.seen);
    EXPECT_EQ(got.asked, claim.revision);
    EXPECT_EQ(got.changed, claim.revision);
    EXPECT_EQ(got.finished, 0);
    EXPECT_EQ(got.until_step, wanted.until_step);
    EXPECT_GT(got.started_ms, 1'600'000'000'000);
    ASSERT_EQ(got.runs.size(), 1u);
    EXPECT_EQ(got.runs[0].seed, wanted.run_seed);
    EXPECT_EQ(got.runs[0].attempt, 1);
    EXPECT_EQ(got.runs[0].token, claim.token);
  }
}

TEST_P(TrialConformance, KeepsReportsAsMeasured) {
  const StudyId study = make_study();
  const Claim claim = make_trial(study, 0);
  const double infinity = std::numeric_limits<double>::infinity();
  ASSERT_TRUE(store_->report(study, claim, 3, std::nan("")));
  ASSERT_TRUE(store_->report(study, claim, 1, infinity));
  ASSERT_TRUE(store_->report(study, claim, 2, -infinity));
  ASSERT_TRUE(store_->report(study, claim, 4, -0.0));
  ASSERT_TRUE(store_->report(study, claim, 5, 0.25));
  ASSERT_TRUE(store_->report(study, claim, 5, 5e-324));  // a run that was started again
  expect_error(store_->report(study, claim, -1, 1), Kind::invalid_argument);
  reopen();
  const auto reports = trial(study, 0).runs.at(0).reports;
  ASSERT_EQ(reports.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(reports[i].step, static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(reports[0].value, infinity);
  EXPECT_EQ(reports[1].value, -infinity);
  EXPECT_TRUE(std::isnan(reports[2].value));
  EXPECT_TRUE(std::signbit(reports[3].value));
  EXPECT_EQ(reports[4].value, 5e-324);
}

TEST_P(TrialConformance, KeepsOneValuePerObjective) {
  const StudyId study = make_study("three", 3);
  const Claim claim = make_trial(study, 0);
  const double infinity = std::numeric_limits<double>::infinity();
  const auto report = [&](std::int64_t step, std::vector<double> values) {
    return store_->report(study, claim, step, values);
  };
  ASSERT_TRUE(report(3, {0.5, std::nan(""), infinity}));
  ASSERT_TRUE(report(1, {std::nan(""), -0.0, 5e-324}));
  ASSERT_TRUE(report(2, {1, 2, 3}));
  ASSERT_TRUE(report(2, {4, 5, -infinity}));  // a run that was started again
  for (const std::size_t wrong : {0u, 1u, 2u, 4u}) {
    const auto refused = report(4, std::vector<double>(wrong, 0.5));
    expect_error(refused, Kind::invalid_argument);
    EXPECT_NE(refused.error().message.find("each of the 3 objectives"), std::string::npos) << refused.error().message;
  }
  reopen();
  const auto run = trial(study, 0).runs.at(0);
  ASSERT_EQ(run.reports.size(), 3u);
  ASSERT_EQ(run.further_values.size(), 6u);
  EXPECT_EQ(run.reports[1].value, 4);
  EXPECT_EQ(run.reports[2].value, 0.5);
  EXPECT_TRUE(std::isnan(run.reports[0].value));
  EXPECT_TRUE(std::signbit(run.further_values[0]));
  EXPECT_EQ(run.further_values[0], 0);
  EXPECT_EQ(run.further_values[1], 5e-324);
  EXPECT_EQ(run.further_values[2], 5);
  EXPECT_EQ(run.further_values[3], -infinity);
  EXPECT_TRUE(std::isnan(run.further_values[4]));
  EXPECT_EQ(run.further_values[5], infinity);
  const auto journal = store_->journal(study);
  ASSERT_TRUE(journal);
  std::vector<std::string> details;
  for (const Event& line : *journal)
    if (line.kind == "reported") details.push_back(line.detail);
  EXPECT_EQ(details, (std::vector<std::string>{"0.5 nan inf", "nan -0 5e-324", "1 2 3", "4 5 -inf"}));
  const StudyId one = make_study("one");
  expect_error(store_->report(one, make_trial(one, 0), 1, std::vector<double>{1, 2}), Kind::invalid_argument);
  ASSERT_TRUE(store_->remove_study(study));  // with everything in it
}

TEST_P(TrialConformance, AnOpenTrialsConfigurationGrows) {
  const StudyId study = make_study();
  const Claim claim = make_trial(study, 0);
  Configuration configuration;
  configuration.set("x", 0.1);
  configuration.set("kind", Value(Null{}));
  const auto revision = store_->configure(study, claim, configuration, "[space]\nx = 1\n");
  ASSERT_TRUE(revision) << revision.error().message;
  EXPECT_EQ(*revision, claim.revision + 1);
  reopen();
  const TrialRecord got = trial(study, 0);
  EXPECT_EQ(got.configuration, configuration);
  EXPECT_EQ(got.changed, *revision);
  EXPECT_EQ(got.state, State::running);
  const auto events = store_->events(study);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->back().kind, "configured");
  EXPECT_EQ(events->back().detail, "[space]\nx = 1\n");
  Claim old = claim;
  old.token += "x";
  expect_error(store_->configure(study, old, configuration, ""), Kind::conflict);
  ASSERT_TRUE(store_->release(study, claim, 0));
  expect_error(store_->configure(study, claim, configuration, ""), Kind::conflict);
}

TEST_P(TrialConformance, NumbersAreDense) {
  const StudyId study = make_study();
  expect_error(store_->create_trial(study, new_trial(1), me_), Kind::conflict);
  make_trial(study, 0);
  expect_error(store_->create_trial(study, new_trial(0), me_), Kind::conflict);
  expect_error(store_->create_trial(study, new_trial(2), me_), Kind::conflict);
  make_trial(study, 1);
  NewTrial wrong = new_trial(2);
  Point point(wrong.point);
  point[0] = std::nan("");
  wrong.point = point;
  expect_error(store_->create_trial(study, wrong, me_), Kind::invalid_argument);
}

TEST_P(TrialConformance, NumbersAreDenseUnderManyThreads) {
  const StudyId study = make_study();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t)
      threads.emplace_back([&] {
        for (int made = 0; made < 5;) {
          const auto changes = store_->changed_since(study, 0);
          ASSERT_TRUE(changes);
          const auto next = static_cast<std::int64_t>(changes->trials.size());
          if (const auto claim = store_->create_trial(study, new_trial(next), me_)) {
            ++made;
            EXPECT_TRUE(store_->tell(study, *claim, complete(1)));
          }
        }
      });
  }
  const auto changes = store_->changed_since(study, 0);
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->trials.size(), 30u);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(changes->trials[i].number, static_cast<std::int64_t>(i));
  EXPECT_EQ(changes->revision, 60);
}

TEST_P(TrialConformance, AnOldTokenIsRefused) {
  const StudyId study = make_study();
  const Claim old = make_trial(study, 0);
  ASSERT_TRUE(store_->report(study, old, 1, 0.5));
  ASSERT_TRUE(store_->release(study, old, 1));
  const auto late = [&] {
    expect_error(store_->report(study, old, 2, 0.1), Kind::conflict);
    expect_error(store_->pause(study, old, 2, 1), Kind::conflict);
    expect_error(store_->release(study, old, 1), Kind::conflict);
    expect_error(store_->tell(study, old, complete(1)), Kind::conflict);
  };
  late();
  EXPECT_EQ(trial(study, 0).runs[0].token, "");
  const auto now = store_->claim_trial(study, 0, 9, me_);
  ASSERT_TRUE(now);
  EXPECT_NE(now->token, old.token);
  late();
  const TrialRecord record = trial(study, 0);
  EXPECT_EQ(record.state, State::running);
  EXPECT_EQ(record.until_step, 9);
  EXPECT_EQ(record.runs[0].attempt, 2);
  EXPECT_EQ(record.runs[0].reports.size(), 1u);
  EXPECT_EQ(record.seconds, 1);
  ASSERT_TRUE(store_->tell(study, *now, complete(1)));
  late();
}

TEST_P(TrialConformance, TheSameTellIsAnsweredTheSame) {
  const StudyId study = make_study();
  const Claim claim = make_trial(study, 0);
  Outcome outcome = complete(-0.0);
  outcome.constraints = {std::nan(""), 1};
  const auto told = store_->tell(study, claim, outcome);
  ASSERT_TRUE(told) << told.error().message;
  reopen();
  const std::string before = text_of(trial(study, 0));
  outcome.seconds = 99;  // the clock is no part of an outcome
  EXPECT_EQ(store_->tell(study, claim, outcome).value_or(-1), *told);
  Outcome other = outcome;
  other.values = {0.0};
  expect_error(store_->tell(study, claim, other), Kind::conflict);
  other = outcome;
  other.constraints = {1, 1};
  expect_error(store_->tell(study, claim, other), Kind::conflict);
  other = outcome;
  other.state = State::failed;
  expect_error(store_->tell(study, claim, other), Kind::conflict);
  Claim stranger = claim;
  stranger.token += "x";
  expect_error(store_->tell(study, stranger, outcome), Kind::conflict);
  EXPECT_EQ(text_of(trial(study, 0)), before);
}

TEST_P(TrialConformance, RefusesOutcomesThatMakeNoSense) {
  const StudyId study = make_study("two", 2);
  const Claim claim = make_trial(study, 0);
  Outcome outcome = complete(1);
  expect_error(store_->tell(study, claim, outcome), Kind::invalid_argument);  // one value of two
  outcome.values = {1, std::nan("")};
  expect_error(store_->tell(study, claim, outcome), Kind::invalid_argument);
  outcome.values = {1, 2};
  outcome.state = State::paused;
  expect_error(store_->tell(study, claim, outcome), Kind::invalid_argument);
  outcome.state = State::complete;
  outcome.seconds = -1;
  expect_error(store_->tell(study, claim, outcome), Kind::invalid_argument);
  expect_error(store_->pause(study, claim, 1, std::nan("")), Kind::invalid_argument);
  EXPECT_EQ(trial(study, 0).state, State::running);
  outcome.seconds = 1;
  ASSERT_TRUE(store_->tell(study, claim, outcome));
  EXPECT_EQ(trial(study, 0).values, (std::vector<double>{1, 2}));
}

TEST_P(TrialConformance, AllowsLegalMovesOnly) {
  const StudyId study = make_study();
  std::int64_t number = 0;
  for (const State from :
       {State::waiting, State::running, State::paused, State::complete, State::pruned, State::failed})
    for (const std::string verb : {"claim", "prune", "pause", "release", "tell"}) {
      const Claim claim = make_trial(study, number);
      if (from == State::waiting) {
        ASSERT_TRUE(store_->release(study, claim, 0));
      }
      if (from == State::paused) {
        ASSERT_TRUE(store_->pause(study, claim, 1, 0));
      }
      Outcome outcome = complete(1);
      outcome.state = from;
      if (is_finished(from)) {
        ASSERT_TRUE(store_->tell(study, claim, outcome));
      }
      const bool idle = from == State::waiting || from == State::paused;
      const bool allowed = verb == "claim" || verb == "prune" ? idle : from == State::running;
      bool done = false;
      if (verb == "claim") done = store_->claim_trial(study, number, 2, me_).has_value();
      if (verb == "prune") done = store_->prune(study, number, "why").has_value();
      if (verb == "pause") done = store_->pause(study, claim, 1, 0).has_value();
      if (verb == "release") done = store_->release(study, claim, 0).has_value();
      if (verb == "tell") done = store_->tell(study, claim, complete(2)).has_value();
      EXPECT_EQ(done, allowed) << verb << " from " << state_name(from);
      const State after = trial(study, static_cast<std::size_t>(number)).state;
      EXPECT_TRUE(done ? is_legal_move(from, after) : after == from) << verb << " from " << state_name(from);
      ++number;
    }
}

TEST_P(TrialConformance, DeadOwnersLoseTheirTrials) {
  const StudyId study = make_study();
  const Claim lost = make_trial(study, 0, dead_owner());
  make_trial(study, 1);  // this process lives
  ASSERT_TRUE(store_->report(study, lost, 1, 0.5));
  EXPECT_EQ(store_->reclaim(study, 1).value(), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(store_->reclaim(study, 1).value(), (std::vector<std::int64_t>{}));
  EXPECT_EQ(trial(study, 0).state, State::waiting);
  EXPECT_EQ(trial(study, 0).runs[0].reports.size(), 1u);
  EXPECT_EQ(trial(study, 1).state, State::running);
  expect_error(store_->report(study, lost, 2, 0.1), Kind::conflict);

  // Pausing and going on does not count as a retry; dying does.
  auto claim = store_->claim_trial(study, 0, 3, me_);
  ASSERT_TRUE(claim && store_->pause(study, *claim, 3, 0));
  ASSERT_TRUE(store_->claim_trial(study, 0, 9, dead_owner()));
  reopen();
  EXPECT_EQ(store_->reclaim(study, 1).value(), (std::vector<std::int64_t>{0}));
  const TrialRecord failed = trial(study, 0);
  EXPECT_EQ(failed.state, State::failed);
  EXPECT_EQ(failed.reason, "its worker died or fell silent 2 times; 1 retry is allowed");
  EXPECT_EQ(failed.finished, failed.changed);
}

TEST_P(TrialConformance, APrunedTrialSaysWhy) {
  const StudyId study = make_study();
  const Claim claim = make_trial(study, 0);
  ASSERT_TRUE(store_->pause(study, claim, 1, 2.5));
  const auto pruned = store_->prune(study, 0, "not promoted");
  ASSERT_TRUE(pruned);
  reopen();
  const TrialRecord record = trial(study, 0);
  EXPECT_EQ(record.state, State::pruned);
  EXPECT_EQ(record.reason, "not promoted");
  EXPECT_EQ(record.seconds, 2.5);
  EXPECT_EQ(record.finished, *pruned);
  EXPECT_TRUE(record.values.empty());
}

HONE_FOR_ALL_STORES(TrialConformance);

}  // namespace
}  // namespace hone
