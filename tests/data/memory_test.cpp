#include "data/memory.hpp"

#include "data/helpers.hpp"

namespace hone {
namespace {

TEST(Memory, TheMachineHasSome) {
  EXPECT_GT(available_memory_bytes(), 1u << 20);
}

TEST(Memory, EstimateGrowsWithEveryPart) {
  const MemoryEstimate small{.file_bytes = 100, .rows = 10, .columns = 5, .dense_width = 5, .category_width = 1};
  EXPECT_EQ(small.bytes(), 100 + 8 * 50 + 2 * 4 * 10 * 6);
}

TEST(Memory, TooMuchIsRefusedWithTheEstimate) {
  const MemoryEstimate wide{.file_bytes = 1u << 30, .rows = 100'000, .columns = 10'000, .dense_width = 10'000};
  EXPECT_TRUE(check_memory("wide.csv", wide, std::uint64_t{1} << 40));
  const std::string message = test::refusal(check_memory("wide.csv", wide, std::uint64_t{1} << 33));
  EXPECT_TRUE(test::contains(message, "wide.csv") && test::contains(message, "15.9 GiB") &&
              test::contains(message, "10000 columns") && test::contains(message, "8 GiB is available"))
      << message;
}

}  // namespace
}  // namespace hone
