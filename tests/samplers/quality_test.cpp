// The regression gate: on a few of the comparison's problems (bench/search) each sampler must beat a plainer one as
// often as it does today, but for a few. Equal code gives equal counts; a change that moves one below its bound has to
// be judged by the whole comparison (`./dev bench search`) before the bound is moved.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "bench/search/problems.hpp"
#include "lab.hpp"

namespace hone {
namespace {

using search_bench::Problem;

/// The first open problems of each family.
const std::vector<Problem>& problems() {
  static const std::vector<Problem> chosen = [] {
    std::map<std::string, int> left = {{"continuous 2", 5}, {"continuous 5", 6}, {"continuous 10", 4},
                                       {"mixed", 4},        {"conditional", 3},  {"cliff", 2}};
    std::vector<Problem> some;
    for (const Problem& problem : search_bench::all_problems())
      if (!problem.sealed && left[problem.family]-- > 0) some.push_back(problem);
    return some;
  }();
  return chosen;
}

double regret(const Problem& problem, const char* name, int trials) {
  const auto sampler = std::move(*make_sampler(name, {}));
  Lab lab(problem.space, 1);
  const auto memo = sampler->make_memo();
  return lab.run(
      *sampler, trials, [&](const TrialRow& row) { return problem.regret(Point(row.point), Mask(row.active)); },
      memo.get());
}

int wins(const char* name, const char* against, int trials) {
  int won = 0;
  for (const Problem& problem : problems())
    won += regret(problem, name, trials) < regret(problem, against, trials) ? 1 : 0;
  std::printf("%s beats %s on %d of %zu problems after %d trials\n", name, against, won, problems().size(), trials);
  return won;
}

TEST(Quality, TpeBeatsRandom) {
  EXPECT_GE(wins("tpe", "random", 60), 20);
}

TEST(Quality, CmaesBeatsRandom) {
  EXPECT_GE(wins("cmaes", "random", 150), 21);
}

TEST(Quality, QmcIsNoWorseThanRandom) {
  EXPECT_GE(wins("qmc", "random", 60), 9);
}

TEST(Quality, AutoBeatsTpe) {
  EXPECT_GE(wins("auto", "tpe", 40), 14);
}

}  // namespace
}  // namespace hone
