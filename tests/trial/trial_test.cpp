#include "trial/trial.hpp"

#include <gtest/gtest.h>

#include <set>

namespace hone {
namespace {

using enum TrialState;
constexpr TrialState states[] = {waiting, running, paused, complete, pruned, failed};

TEST(TrialState, NamesReadBack) {
  for (const TrialState state : states) EXPECT_EQ(state_from(state_name(state)).value(), state);
  for (const Origin origin : {Origin::sampler, Origin::enqueued, Origin::default_, Origin::imported})
    EXPECT_EQ(origin_from(origin_name(origin)).value(), origin);
  EXPECT_EQ(origin_name(Origin::default_), "default");
  EXPECT_EQ(state_from("done").error().message,
            "'done' is not a state of a trial; known: waiting, running, paused, complete, pruned, failed");
  EXPECT_FALSE(origin_from(""));
}

TEST(TrialState, AllowsExactlyTheLegalMoves) {
  const std::set<std::pair<TrialState, TrialState>> legal = {{waiting, running}, {waiting, pruned}, {waiting, failed},
                                                             {running, waiting}, {running, paused}, {running, complete},
                                                             {running, pruned},  {running, failed}, {paused, running},
                                                             {paused, waiting},  {paused, pruned},  {paused, failed}};
  for (const TrialState from : states)
    for (const TrialState to : states)
      EXPECT_EQ(is_legal_move(from, to), legal.contains({from, to})) << state_name(from) << " to " << state_name(to);
}

}  // namespace
}  // namespace hone
