// Scrambled Sobol points as a sampler.
#include <gtest/gtest.h>

#include "lab.hpp"

namespace hone {
namespace {

TEST(Qmc, ThePointIsAFunctionOfTheTrialsNumberAlone) {
  const auto qmc = std::move(*make_sampler("qmc", {}));
  Lab lab(mixed_space(), 3);
  lab.run(*qmc, 20, bowl);
  const Lab empty(mixed_space(), 3);
  for (std::int64_t trial = 0; trial < 20; ++trial) {
    Point point = qmc->suggest(empty.view(), {3, trial, 0}, nullptr)->point;
    lab.space().canonicalize(point);
    EXPECT_EQ(point, lab[static_cast<std::size_t>(trial)].point);
  }
}

TEST(Qmc, CategoriesAreVisitedEvenly) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Lab lab(make_space({choice_parameter("c", {"a", "b", "c", "d"}), int_parameter("n", 1, 8)}), seed);
    lab.run(**make_sampler("qmc", {}), 32, bowl);
    std::vector<int> categories(4, 0), numbers(8, 0);
    for (std::size_t i = 0; i < lab.size(); ++i) {
      ++categories[lab.space().cell(0, lab[i].point[0])];
      ++numbers[lab.space().cell(1, lab[i].point[1])];
    }
    EXPECT_EQ(categories, std::vector<int>(4, 8));
    EXPECT_EQ(numbers, std::vector<int>(8, 4));
  }
}

}  // namespace
}  // namespace hone
