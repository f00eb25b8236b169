#include "data/gzip.hpp"

#include "data/helpers.hpp"

namespace hone {
namespace {

using test::contains;
using test::refusal;

std::string sample(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i * i) + ",";
  return text;
}

TEST(Gzip, UnpacksWhatWasPacked) {
  for (const std::size_t size : {0u, 1u, 1000u, 9'000'000u}) {
    const std::string text = size == 0 ? "" : sample(size);
    const auto unpacked = gunzip(test::gzip(text), "f.gz", 1u << 30);
    ASSERT_TRUE(unpacked) << unpacked.error().message;
    EXPECT_EQ(*unpacked, text);
  }
}

TEST(Gzip, SeveralMembersFollowEachOther) {
  const auto unpacked = gunzip(test::gzip("one,") + test::gzip("two") + std::string(512, '\0'), "f.gz", 1000);
  ASSERT_TRUE(unpacked);
  EXPECT_EQ(*unpacked, "one,two");
}

TEST(Gzip, TruncationIsFoundWhereverItHappens) {
  const std::string packed = test::gzip(sample(5000));
  for (std::size_t length = 2; length < packed.size(); length += 1 + length / 8)
    EXPECT_TRUE(contains(refusal(gunzip(packed.substr(0, length), "f.gz", 1u << 20)), "truncated")) << length;
}

TEST(Gzip, DamageIsFoundByTheChecksum) {
  std::string packed = test::gzip(sample(5000));
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x10);
  const auto result = gunzip(packed, "f.gz", 1u << 20);
  ASSERT_FALSE(result);
  EXPECT_TRUE(contains(result.error().message, "f.gz"));
}

TEST(Gzip, UnpackedSizeIsLimited) {
  const std::string bomb = test::gzip(std::string(20'000'000, 'a'));
  EXPECT_LT(bomb.size(), 50'000u);
  EXPECT_TRUE(contains(refusal(gunzip(bomb, "bomb.gz", 1'000'000)), "unpacks to more than"));
}

TEST(Gzip, ReadsPackedAndPlainFilesAlike) {
  const test::Folder folder;
  EXPECT_EQ(*read_data_file(folder.write("a.csv", "x,y\n")), "x,y\n");
  EXPECT_EQ(*read_data_file(folder.write("a.csv.gz", test::gzip("x,y\n"))), "x,y\n");
}

TEST(Gzip, FilesThatCannotBeReadAreRefused) {
  const test::Folder folder;
  EXPECT_TRUE(contains(refusal(read_data_file(folder.path("none.csv"))), "none.csv"));
  EXPECT_TRUE(contains(refusal(read_data_file(folder.write("empty.csv", ""))), "is empty"));
  EXPECT_TRUE(contains(refusal(read_data_file(folder.write("empty.gz", test::gzip("")))), "empty once unpacked"));
  EXPECT_TRUE(contains(refusal(read_data_file(folder.path(""))), "folder"));
}

}  // namespace
}  // namespace hone
