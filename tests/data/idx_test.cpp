#include "data/idx.hpp"

#include "base/rng.hpp"
#include "data/helpers.hpp"
#include "data/idx_files.hpp"

namespace hone {
namespace {

using test::contains;
using test::idx_text;
using test::refusal;

TEST(Idx, ReadsShapeAndBytes) {
  const auto array = parse_idx(idx_text({2, 3, 1}, {1, 2, 3, 4, 5, 255}), "f");
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->shape, (std::vector<std::size_t>{2, 3, 1}));
  EXPECT_EQ(array->row_bytes(), 3u);
  EXPECT_EQ(array->bytes.back(), 255);
}

TEST(Idx, Refusals) {
  EXPECT_TRUE(contains(refusal(parse_idx("a,b\n1,2\n", "f")), "not an IDX file"));
  const std::string good = idx_text({2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(contains(refusal(parse_idx(good.substr(0, good.size() - 1), "f")), "truncated: its header announces 4"));
  EXPECT_TRUE(contains(refusal(parse_idx(good + "x", "f")), "damaged"));
  EXPECT_TRUE(contains(refusal(parse_idx(good.substr(0, 9), "f")), "within its header"));
  std::string floats = good;
  floats[2] = 0x0D;
  EXPECT_TRUE(contains(refusal(parse_idx(floats, "f")), "32-bit floats"));
  EXPECT_TRUE(
      contains(refusal(parse_idx(idx_text({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {}), "f")), "no file can hold"));
  EXPECT_TRUE(contains(refusal(parse_idx(idx_text({0, 5}, {}), "f")), "dimension 1"));
}

TEST(Idx, SurvivesDamage) {
  const std::string good = idx_text({3, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  for (std::uint32_t round = 0; round < 2000; ++round) {
    Rng rng(2, RngPurpose::simulation, round);
    std::string text = good;
    for (std::uint32_t edits = 1 + rng.below(3); edits > 0; --edits)
      text[rng.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(rng.below(256));
    if (rng.below(4) == 0) text.resize(rng.below(static_cast<std::uint32_t>(text.size())));
    if (const auto array = parse_idx(text, "f")) {
      EXPECT_EQ(array->bytes.size(), array->rows() * array->row_bytes());
    }
  }
}

TEST(Idx, FindsTheFilesOfAFolder) {
  const test::Folder folder;
  EXPECT_TRUE(contains(refusal(find_idx(folder.path(""))), "holds no IDX files"));
  test::write_mnist_like(folder, 30, 12);
  const auto paths = find_idx(folder.path(""));
  ASSERT_TRUE(paths);
  EXPECT_TRUE(contains(paths->main.images, "train-images-idx3-ubyte.gz"));
  EXPECT_TRUE(contains(paths->main.labels, "train-labels-idx1-ubyte"));
  ASSERT_TRUE(paths->sealed);
  EXPECT_TRUE(contains(paths->sealed->labels, "t10k-labels-idx1-ubyte"));
  const auto direct = find_idx(folder.path("t10k-images-idx3-ubyte.gz"));
  EXPECT_FALSE(direct->sealed);
  EXPECT_FALSE(direct->main.labels.empty());
}

}  // namespace
}  // namespace hone
