#include "base/mapping.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "temporary_folder.hpp"

namespace hone {
namespace {

/// A small limit for arrays in memory, for as long as a test lasts.
class SmallMemory {
 public:
  explicit SmallMemory(std::size_t bytes) { set_array_memory_bytes(bytes); }
  ~SmallMemory() { set_array_memory_bytes(array_memory_bytes_default); }
};

TEST(Mapping, AFileIsMappedWhole) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "f";
  std::ofstream(path) << "some text";
  const auto mapping = FileMapping::open(path, 9);
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->text(), "some text");
  EXPECT_FALSE(FileMapping::open(path, 10));
  EXPECT_FALSE(FileMapping::open(folder.path(), 1));
  EXPECT_FALSE(FileMapping::open(folder.path() / "none", 1));
}

TEST(Mapping, LargeArraysBeyondTheLimitLieInFiles) {
  const SmallMemory limit(3u << 20);
  const LargeVector<std::uint8_t> first(2u << 20, 1);
  EXPECT_EQ(spilled_bytes(), 0u);
  {
    LargeVector<std::uint8_t> second(2u << 20, 2), small(1000, 3);
    EXPECT_EQ(spilled_bytes(), 2u << 20);
    second.resize(3u << 20, 4);
    EXPECT_EQ(second[(2u << 20) - 1], 2);
    EXPECT_EQ(second[2u << 20], 4);
    EXPECT_GE(spilled_bytes(), 3u << 20);
  }
  EXPECT_EQ(spilled_bytes(), 0u);
  EXPECT_EQ(first.back(), 1);
}

TEST(Mapping, WithoutAPlaceForFilesArraysStayInMemory) {
  const SmallMemory limit(0);
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before ? before : "";
  ::setenv("TMPDIR", "/nowhere/at/all", 1);
  {
    const LargeVector<std::uint8_t> array(2u << 20, 7);
    EXPECT_EQ(spilled_bytes(), 0u);
    EXPECT_EQ(array.back(), 7);
    EXPECT_FALSE(can_spill(1));
  }
  before ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");
  EXPECT_TRUE(can_spill(1));
  EXPECT_FALSE(can_spill(1e30));
}

}  // namespace
}  // namespace hone
