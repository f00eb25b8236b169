// Many seeds of the simulated cluster, its determinism, and its canaries.
#include <gtest/gtest.h>

#include "engine/cluster_simulation.hpp"
#include "simulation_seeds.hpp"

namespace hone {
namespace {

TEST(Cluster, ComesToItsEndWhateverFails) {
  const char* const only = std::getenv("HONE_SIMULATION_SEED");
  const auto first = only ? static_cast<std::uint32_t>(parse_integer(only).value_or(0)) : 0;
  const std::uint32_t end = only ? first + 1 : simulation_seeds(200);
  for (std::uint32_t seed = first; seed < end; ++seed)
    if (const auto complaint = play_cluster({.seed = seed}))
      FAIL() << *complaint << "\nplay it again: HONE_SIMULATION_SEED=" << seed
             << " build/dev/tests/test_engine --gtest_filter=Cluster.ComesToItsEndWhateverFails";
}

TEST(Cluster, TheSameSeedIsTheSameStudy) {
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    std::string first, second;
    (void)play_cluster({.seed = seed}, &first);
    (void)play_cluster({.seed = seed}, &second);
    EXPECT_EQ(first, second);
    EXPECT_GT(first.size(), 1000u);
  }
}

/// Is the fault found within so many seeds?
bool is_found(PlantedFault fault) {
  for (std::uint32_t seed = 0; seed < 60; ++seed)
    if (play_cluster({.seed = seed, .fault = fault})) return true;
  return false;
}

TEST(ClusterCanary, FindsEveryPlantedFault) {
  EXPECT_TRUE(is_found(PlantedFault::accepts_old_tokens));
  EXPECT_TRUE(is_found(PlantedFault::never_reclaims));
  EXPECT_TRUE(is_found(PlantedFault::trusts_lost_lines));
  EXPECT_TRUE(is_found(PlantedFault::hides_tokens));
  EXPECT_TRUE(is_found(PlantedFault::forgets_tells));
  EXPECT_TRUE(is_found(PlantedFault::hides_costs));
}

}  // namespace
}  // namespace hone
