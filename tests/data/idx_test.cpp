#include "data/idx.hpp"

#include <algorithm>

#include "base/rng.hpp"
#include "data/helpers.hpp"
#include "data/idx_files.hpp"
#include "data/image_encoder.hpp"

namespace hone {
namespace {

using test::contains;
using test::idx_text;
using test::refusal;

TEST(Idx, ReadsShapeAndBytes) {
  const std::string text = idx_text({2, 3, 1}, {1, 2, 3, 4, 5, 255});
  const auto array = parse_idx(text, "f");
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

TEST(Idx, LargeFilesAreMappedNotRead) {
  const test::Folder folder;
  const std::size_t rows = mapped_file_bytes_min / 1024 + 1;
  std::vector<std::uint8_t> bytes(rows * 1024), labels(rows);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 1024);
  for (std::size_t i = 0; i < rows; ++i) labels[i] = static_cast<std::uint8_t>(i % 3);
  const auto large = static_cast<std::uint32_t>(rows);
  const std::string images = folder.write("images-idx3-ubyte", idx_text({large, 32, 32}, bytes));
  const std::string of_labels = folder.write("labels-idx1-ubyte", idx_text({large}, labels));
  const auto mapped = read_images({images, of_labels});
  ASSERT_TRUE(mapped) << mapped.error().message;
  EXPECT_TRUE(mapped->content->is_mapped());
  EXPECT_TRUE(std::ranges::equal(mapped->images.bytes, bytes));
  EXPECT_EQ(mapped->labels, labels);
  const std::string packed = folder.write("few.gz", test::gzip(idx_text({2, 2, 1}, {9, 8, 7, 6})));
  const auto unpacked = read_images({packed, ""});
  ASSERT_TRUE(unpacked);
  EXPECT_FALSE(unpacked->content->is_mapped());
  EXPECT_EQ(unpacked->images.bytes.back(), 6);
  EXPECT_TRUE(unpacked->labels.empty());
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
