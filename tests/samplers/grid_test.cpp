// Grid search: every cell once.
#include <gtest/gtest.h>

#include <set>

#include "lab.hpp"

namespace hone {
namespace {

/// Asks until the grid is exhausted; every configuration once.
std::set<std::string> walk(Lab& lab, const Sampler& sampler, bool with_memo = true) {
  std::set<std::string> seen;
  const auto memo = sampler.make_memo();
  for (int i = 0; i < 2000; ++i) {
    const auto proposal = lab.ask(sampler, with_memo ? memo.get() : nullptr);
    if (!proposal) {
      EXPECT_EQ(proposal.error().kind, Error::Kind::unavailable);
      EXPECT_TRUE(proposal.error().message.starts_with("exhausted"));
      return seen;
    }
    const std::size_t trial = lab.start(*proposal);
    EXPECT_TRUE(seen.insert(lab.space().configuration(lab[trial].point).text()).second) << "twice";
  }
  ADD_FAILURE() << "the grid does not end";
  return seen;
}

std::unique_ptr<Sampler> make_grid(const std::map<std::string, double>& options = {}) {
  return std::move(*make_sampler("grid", options));
}

TEST(Grid, WalksTheWholeProductOnce) {
  const auto space = make_space({float_parameter("x"), int_parameter("n", 1, 4), choice_parameter("c", {"a", "b"})});
  for (const double shuffle : {0.0, 1.0})
    for (const bool memo : {true, false}) {
      Lab lab(space);
      const auto seen = walk(lab, *make_grid({{"levels", 3}, {"shuffle", shuffle}}), memo);
      EXPECT_EQ(seen.size(), 3u * 4 * 2);
      EXPECT_TRUE(seen.contains("x=0.5 n=4 c=b") || seen.contains("x=0.5 n=4 c='b'")) << *seen.begin();
    }
}

TEST(Grid, ConditionsGiveNoDuplicates) {
  const auto space =
      make_space({choice_parameter("kind", {"a", "b", "c"}), only_when(int_parameter("n", 1, 5), "kind == 'a'"),
                  only_when(int_parameter("m", 1, 2), "n > 3"), int_parameter("layers", 1, 3),
                  repeated(choice_parameter("f", {"p", "q"}), "layers")});
  // a: 3 + 2 * 2 = 7, b and c one each; layers: 2 + 4 + 8
  for (const double shuffle : {0.0, 1.0}) {
    Lab lab(space);
    EXPECT_EQ(walk(lab, *make_grid({{"shuffle", shuffle}})).size(), 9u * 14);
  }
}

TEST(Grid, ForbiddenAndKnownPointsArePassedOver) {
  auto made = Space::make({int_parameter("n", 1, 6), int_parameter("m", 1, 6)}, {"n + m > 8"});
  ASSERT_TRUE(made);
  const auto space = std::make_shared<const Space>(std::move(*made));
  Lab lab(space);
  lab.start({{0.01, 0.01}, "enqueued", ""});  // n = m = 1 is known
  EXPECT_EQ(walk(lab, *make_grid()).size(), 36u - 10 - 1);
}

TEST(Grid, CountsWithTheLastAxisFastest) {
  const auto space = make_space({int_parameter("n", 1, 2), int_parameter("m", 1, 3)});
  Lab lab(space);
  walk(lab, *make_grid({{"shuffle", 0}}));
  std::vector<std::string> order;
  for (std::size_t i = 0; i < lab.size(); ++i) order.push_back(space->configuration(lab[i].point).text());
  EXPECT_EQ(order, (std::vector<std::string>{"n=1 m=1", "n=1 m=2", "n=1 m=3", "n=2 m=1", "n=2 m=2", "n=2 m=3"}));
}

TEST(Grid, LargeGridsAreDrawnFromWithoutRepetition) {
  std::vector<Parameter> many;
  for (int i = 0; i < 40; ++i) many.push_back(float_parameter("x" + std::to_string(i)));
  Lab lab(make_space(many));
  const auto grid = make_grid();
  std::set<Point> seen;
  for (int i = 0; i < 50; ++i) {
    const auto proposal = lab.ask(*grid);
    ASSERT_TRUE(proposal);
    for (const double u : proposal->point) EXPECT_EQ(u * 4, std::floor(u * 4));
    EXPECT_TRUE(seen.emplace(lab[lab.start(*proposal)].point).second);
  }
}

}  // namespace
}  // namespace hone
