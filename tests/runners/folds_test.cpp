// Folds: each row is left out once, classes in proportion; the copy of a fold is its rows.
#include "runners/folds.hpp"

#include <gtest/gtest.h>

#include <map>

namespace hone {
namespace {

EncodedPart part_of(std::size_t rows) {
  EncodedPart part;
  part.features.rows = rows;
  part.features.dense_width = 2;
  part.features.category_width = 1;
  for (std::size_t r = 0; r < rows; ++r) {
    part.features.dense.push_back(static_cast<float>(r));
    part.features.dense.push_back(-static_cast<float>(r));
    part.features.categories.push_back(static_cast<std::int32_t>(r % 5));
    part.targets.labels.push_back(r % 10 == 0 ? 1 : 0);
  }
  return part;
}

TEST(Folds, EachClassIsSpreadEvenly) {
  const EncodedPart part = part_of(203);
  const auto fold = deal_folds(part, 7, 2, 4);
  ASSERT_EQ(fold.size(), 203u);
  std::map<std::pair<std::size_t, std::int32_t>, int> count;
  for (std::size_t r = 0; r < fold.size(); ++r) ++count[{fold[r], part.targets.labels[r]}];
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR((count[{k, 0}]), 182 / 4.0, 1);
    EXPECT_NEAR((count[{k, 1}]), 21 / 4.0, 1);
  }
  EXPECT_EQ(deal_folds(part, 7, 2, 4), fold);
  EXPECT_NE(deal_folds(part, 8, 2, 4), fold);
}

TEST(Folds, AMemberHasAllRowsButThoseLeftOut) {
  const EncodedPart part = part_of(50);
  const auto fold = deal_folds(part, 1, 0, 3);
  std::vector<int> left_out(50, 0);
  for (std::size_t k = 0; k < 3; ++k) {
    const MemberData data = member_data(part, fold, k);
    EXPECT_EQ(data.rows.size() + data.left_out.features.rows, 50u);
    for (const std::uint32_t row : data.rows) EXPECT_NE(fold[row], k);
    for (std::size_t i = 0; i < data.left_out.features.rows; ++i) {
      const auto row = static_cast<std::size_t>(data.left_out.features.dense[2 * i]);
      ++left_out[row];
      EXPECT_EQ(data.left_out.features.dense[2 * i + 1], -static_cast<float>(row));
      EXPECT_EQ(data.left_out.features.categories[i], part.features.categories[row]);
      EXPECT_EQ(data.left_out.targets.labels[i], part.targets.labels[row]);
    }
  }
  EXPECT_EQ(left_out, std::vector<int>(50, 1));
}

}  // namespace
}  // namespace hone
