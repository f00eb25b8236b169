// Which trial is trained for good when time is short, and how many networks the final model has.
#include <gtest/gtest.h>

#include <vector>

#include "cli/fit_search.hpp"

namespace hone {
namespace {

TEST(Affordable, TheBestThatFitsElseAQuickOneOfTheGood) {
  const std::vector<double> seconds = {9, 7, 8, 3, 5, 1, 0.1, 0.01};
  EXPECT_EQ(affordable(seconds, 10), 0u);
  EXPECT_EQ(affordable(seconds, 8), 1u);
  EXPECT_EQ(affordable(seconds, 4), 3u);
  EXPECT_EQ(affordable(seconds, 0.001), 1u) << "not the last one, which is quick because it is bad";
  EXPECT_EQ(affordable(seconds, -5), 1u);
  EXPECT_EQ(affordable(std::vector<double>{2}, 1), 0u);
}

TEST(MembersFor, FewRowsGetMoreNetworks) {
  EXPECT_EQ(members_for(100, 1), 8);
  EXPECT_EQ(members_for(5'001, 1), 4);
  EXPECT_EQ(members_for(60'000, 1), 1);
  EXPECT_EQ(members_for(60'000, 64), 4);
}

}  // namespace
}  // namespace hone
