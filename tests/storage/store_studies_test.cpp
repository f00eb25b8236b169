// What every store of the list must do with studies, attributes, the journal and revisions.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "storage/store_conformance.hpp"

namespace hone {
namespace {

using Kind = Error::Kind;
using State = TrialState;

class StudyConformance : public StoreConformance {};

TEST_P(StudyConformance, KeepsStudiesByName) {
  const StudyId b = make_study("b"), a = make_study("a", 2);
  EXPECT_NE(a, b);
  expect_error(store_->create_study(study_record("a")), Kind::conflict);
  reopen();
  const auto all = store_->studies();
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 2u);
  const StudyRecord& first = all->front();
  const StudyRecord wanted = study_record("a", 2);
  EXPECT_EQ(first.id, a);
  EXPECT_EQ(first.name, "a");
  EXPECT_EQ(first.kind, wanted.kind);
  EXPECT_EQ(first.directions, (std::vector<std::string>{"minimize", "maximize"}));
  EXPECT_EQ(first.metrics, (std::vector<std::string>{"metric 0", "metric 1"}));
  EXPECT_EQ(first.seed, wanted.seed);
  EXPECT_EQ(first.max_step, 81);
  EXPECT_EQ(first.study_file, wanted.study_file);
  EXPECT_EQ(first.space_hash, wanted.space_hash);
  EXPECT_EQ(first.data_hash, "");
  EXPECT_EQ(first.revision, 0);
  EXPECT_GT(first.created_ms, 1'600'000'000'000);
  EXPECT_GE(first.updated_ms, first.created_ms);
  EXPECT_EQ((*all)[1].id, b);
  const auto found = store_->find_study("b");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, b);
  const auto missing = store_->find_study("c");
  ASSERT_TRUE(missing);
  EXPECT_FALSE(*missing);
}

TEST_P(StudyConformance, RefusesStudiesThatMakeNoSense) {
  const std::string long_name(201, 'x');
  for (const std::string& name : {std::string(), std::string("a\nb"), long_name})
    expect_error(store_->create_study(study_record(name)), Kind::invalid_argument);
  EXPECT_TRUE(store_->create_study(study_record(std::string(200, 'x'))));
  StudyRecord record = study_record("s");
  record.directions = {"up"};
  expect_error(store_->create_study(record), Kind::invalid_argument);
  record.directions = {};
  expect_error(store_->create_study(record), Kind::invalid_argument);
  record = study_record("s");
  record.max_step = -1;
  expect_error(store_->create_study(record), Kind::invalid_argument);
}

TEST_P(StudyConformance, RemovesAStudyWithEverythingInIt) {
  const StudyId old = make_study();
  const StudyId other = make_study("other");
  ASSERT_TRUE(store_->set_attribute(old, "key", "value"));
  Claim claim = make_trial(old, 0);
  ASSERT_TRUE(store_->report(old, claim, 1, 0.5));
  Outcome outcome = complete(1);
  outcome.constraints = {-1};
  ASSERT_TRUE(store_->tell(old, claim, outcome));
  make_trial(other, 0);
  ASSERT_TRUE(store_->remove_study(old));
  expect_error(store_->remove_study(old), Kind::not_found);
  expect_error(store_->changed_since(old, 0), Kind::not_found);
  const StudyId anew = make_study();
  EXPECT_NE(anew, old);  // somebody may still hold the old id
  EXPECT_EQ(trial(anew, 0).runs.size(), 0u);
  const auto attribute = store_->attribute(anew, "key");
  ASSERT_TRUE(attribute);
  EXPECT_FALSE(*attribute);
  EXPECT_EQ(trial(other, 0).state, State::running);
}

TEST_P(StudyConformance, SaysWhatIsUnknown) {
  const StudyId study = make_study();
  const Claim nobody{7, "token", 0};
  for (const StudyId where : {study, study + 1}) {
    expect_error(store_->claim_trial(where, 7, 1, me_), Kind::not_found);
    expect_error(store_->report(where, nobody, 1, 1.0), Kind::not_found);
    expect_error(store_->pause(where, nobody, 1, 1), Kind::not_found);
    expect_error(store_->release(where, nobody, 1), Kind::not_found);
    expect_error(store_->tell(where, nobody, complete(1)), Kind::not_found);
    expect_error(store_->prune(where, 7, "x"), Kind::not_found);
  }
  expect_error(store_->create_trial(study + 1, new_trial(0), me_), Kind::not_found);
  expect_error(store_->create_trial(study + 1, new_trial(3), me_), Kind::not_found);
  expect_error(store_->set_attribute(study + 1, "a", "b"), Kind::not_found);
  expect_error(store_->attribute(study + 1, "a"), Kind::not_found);
  expect_error(store_->events(study + 1), Kind::not_found);
  expect_error(store_->reclaim(study + 1, 1), Kind::not_found);
}

TEST_P(StudyConformance, KeepsAttributes) {
  const StudyId study = make_study();
  const std::string odd("a\0b\n'\"\xc3\xa9", 8);
  ASSERT_TRUE(store_->set_attribute(study, "key", "first"));
  ASSERT_TRUE(store_->set_attribute(study, "key", odd));
  ASSERT_TRUE(store_->set_attribute(study, "empty", ""));
  reopen();
  EXPECT_EQ(store_->attribute(study, "key")->value_or("?"), odd);
  EXPECT_EQ(store_->attribute(study, "empty")->value_or("?"), "");
  EXPECT_FALSE(store_->attribute(study, "other")->has_value());
}

TEST_P(StudyConformance, ReadersCatchUpByRevision) {
  const StudyId study = make_study();
  const Claim a = make_trial(study, 0), b = make_trial(study, 1);
  const Revision before = store_->changed_since(study, 0)->revision;
  EXPECT_EQ(before, 2);
  EXPECT_TRUE(store_->changed_since(study, before)->trials.empty());
  ASSERT_TRUE(store_->report(study, b, 1, 1));
  ASSERT_TRUE(store_->tell(study, a, complete(1)));
  const auto changes = store_->changed_since(study, before);
  ASSERT_EQ(changes->trials.size(), 2u);
  EXPECT_EQ(changes->trials[0].number, 0);
  EXPECT_EQ(changes->trials[0].changed, before + 2);
  EXPECT_EQ(changes->trials[0].finished, before + 2);
  EXPECT_EQ(changes->trials[1].changed, before + 1);
  EXPECT_EQ(changes->revision, before + 2);
  EXPECT_EQ(store_->changed_since(study, before + 1)->trials.size(), 1u);
  // A journal line of somebody else is a revision, but no change of the trial that it speaks of.
  Event event;
  event.kind = "look";
  event.trial = 0;
  EXPECT_EQ(store_->log(study, event).value_or(-1), before + 3);
  const auto after = store_->changed_since(study, before + 2);
  EXPECT_EQ(after->revision, before + 3);
  EXPECT_TRUE(after->trials.empty());
  EXPECT_EQ(store_->find_study("digits")->value().revision, before + 3);
}

TEST_P(StudyConformance, KeepsAJournal) {
  const StudyId study = make_study();
  const Claim first = make_trial(study, 0);
  ASSERT_TRUE(store_->report(study, first, 3, 0.5));
  ASSERT_TRUE(store_->pause(study, first, 3, 1));
  const Claim second = store_->claim_trial(study, 0, 9, me_).value();
  ASSERT_TRUE(store_->release(study, second, 1));
  const Claim third = store_->claim_trial(study, 0, 9, me_).value();
  ASSERT_TRUE(store_->tell(study, third, complete(1)));
  Event event;
  event.kind = "option";
  event.detail = "sampler=tpe";
  ASSERT_TRUE(store_->log(study, event));
  event.kind = "told";  // only a tell writes that
  expect_error(store_->log(study, event), Kind::invalid_argument);
  reopen();
  const auto events = store_->events(study);
  ASSERT_TRUE(events);
  std::string kinds;
  for (const Event& line : *events) kinds += fmt::format("{}:{}/{} ", line.revision, line.kind, line.step);
  EXPECT_EQ(kinds, "1:asked/3 3:paused/3 4:resumed/9 5:released/0 6:claimed/9 7:told/0 8:option/0 ");
  EXPECT_EQ(events->back().detail, "sampler=tpe");
  EXPECT_EQ(events->back().trial, -1);
  EXPECT_GT(events->front().at_ms, 1'600'000'000'000);
}

HONE_FOR_ALL_STORES(StudyConformance);

}  // namespace
}  // namespace hone
