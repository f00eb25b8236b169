// What pruning saved and cost, counted by hand.
#include "report/prune_audit.hpp"

#include <gtest/gtest.h>

namespace hone {
namespace {

TrialRecord trial(std::int64_t number, TrialState state, double value, std::int64_t steps) {
  TrialRecord record;
  record.number = number;
  record.state = state;
  if (state == TrialState::complete) record.values = {value};
  record.runs.resize(1);
  for (std::int64_t step = 1; step <= steps; ++step) record.runs[0].reports.push_back({step, value});
  return record;
}

TEST(PruneAudit, CountsWhatWasFinishedAgainstThePruner) {
  using enum TrialState;
  const std::vector<TrialRecord> trials = {
      trial(0, complete, 1, 10),   trial(1, complete, 2, 10), trial(2, complete, 4, 10), trial(3, pruned, 0, 1),
      trial(4, pruned, 0, 3),      trial(5, complete, 9, 10),  // audited: stopping it was right
      trial(6, complete, 1.5, 10),                             // audited: as good as the median
      trial(7, complete, 0.5, 10),                             // audited: the best of all
      trial(8, failed, 0, 4),                                  // audited, but it gave no value
      trial(9, running, 0, 6),     trial(10, paused, 0, 2)};
  const std::vector<AuditedStep> audited = {{5, 3}, {5, 1}, {6, 3}, {7, 9}, {8, 3}, {9, 1}};
  const PruneAudit audit = prune_audit(trials, audited, {false}, 10);
  EXPECT_EQ(audit.audited, 3);
  EXPECT_EQ(audit.promising, 2);
  EXPECT_EQ(audit.best, 1);
  EXPECT_EQ(audit.finished, 3);
  EXPECT_DOUBLE_EQ(audit.steps_saved, 1 - 36.0 / 60);
  EXPECT_DOUBLE_EQ(audit.steps_spent, (9 + 7 + 1 + 1) / 76.0);
  EXPECT_EQ(prune_audit(trials, audited, {true}, 10).promising, 1);
  EXPECT_EQ(
      prune_audit_text(audit),
      "3 trials were finished against the pruner: 2 (67 %) as good as the median of the 3 it let finish, 1 better "
      "than all of them; pruning saved 40 % of the steps, the audit took 24 % of those run");
}

TEST(PruneAudit, SeveralObjectivesGoByFronts) {
  const auto two = [](std::int64_t number, double a, double b) {
    TrialRecord record = trial(number, TrialState::complete, a, 10);
    record.values = {a, b};
    return record;
  };
  const std::vector<TrialRecord> trials = {two(0, 1, 5), two(1, 3, 3), two(2, 6, 6),  // let finish: fronts 0 0 2
                                           two(3, 4, 4),                              // audited: front 1
                                           two(4, 0, 9), two(5, 9, 9), two(6, 3, 3),  // front 0, 3, equal to one
                                           two(7, 8, 2)};                             // front 0, by the second
  const std::vector<AuditedStep> audited = {{3, 1}, {4, 1}, {5, 1}, {6, 1}, {7, 1}};
  const PruneAudit audit = prune_audit(trials, audited, {false, false}, 10);
  EXPECT_EQ(audit.audited, 5);
  EXPECT_EQ(audit.finished, 3);
  EXPECT_EQ(audit.promising, 3) << "those on the first front, which the median of the others is on";
  EXPECT_EQ(audit.best, 2) << "to the one that is equal to another, that one is as good";
  EXPECT_EQ(prune_audit(trials, audited, {true, true}, 10).promising, 4) << "all but (3, 3)";
}

TEST(PruneAudit, OfNothing) {
  const PruneAudit audit = prune_audit({}, {}, {false}, 0);
  EXPECT_EQ(audit.audited, 0);
  EXPECT_EQ(audit.steps_saved, 0);
}

}  // namespace
}  // namespace hone
