// Which kernels are chosen, and what the environment may ask for.
#include <cstdlib>

#include "support.hpp"

namespace hone::test {
namespace {

TEST(Dispatch, ScalarIsAlwaysThereAndUnknownNamesAreNot) {
  ASSERT_NE(find_kernels("scalar"), nullptr);
  EXPECT_STREQ(find_kernels("scalar")->name, "scalar");
  EXPECT_EQ(find_kernels("avx1024"), nullptr);
  EXPECT_EQ(find_kernels(""), nullptr);
}

TEST(Dispatch, TakesTheBestUnlessTheEnvironmentNamesAnother) {
  const char* wanted = std::getenv("HONE_KERNELS");
  if (wanted != nullptr && find_kernels(wanted) != nullptr) {
    EXPECT_STREQ(kernels().name, wanted);
  } else {
    EXPECT_EQ(&kernels(), available_kernels().back());
  }
}

TEST(Dispatch, TheEnvironmentIsRead) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";  // a fresh process: the choice is made once
  EXPECT_EXIT(
      {
        setenv("HONE_KERNELS", "scalar", 1);
        std::exit(std::strcmp(kernels().name, "scalar") == 0 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(
      {
        setenv("HONE_KERNELS", "abacus", 1);
        std::exit(kernels().name == available_kernels().back()->name ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "HONE_KERNELS='abacus' cannot be had.*known: scalar, avx2, avx512");
}

}  // namespace
}  // namespace hone::test
