#include "runners/folds.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "base/rng.hpp"

namespace hone {
namespace {

/// Those rows of `from`, `width` values each.
template <class Values>
Values rows_of(const Values& from, std::size_t width, const std::vector<std::size_t>& rows) {
  Values to;
  if (from.empty()) return to;
  to.resize(rows.size() * width);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(rows[i] * width), width,
                to.begin() + static_cast<std::ptrdiff_t>(i * width));
  return to;
}

}  // namespace

std::vector<std::size_t> deal_folds(const EncodedPart& all, std::uint64_t study_seed, std::int64_t trial,
                                    std::int64_t folds) {
  std::vector<std::uint32_t> order(all.features.rows);
  std::iota(order.begin(), order.end(), 0u);
  Rng rng(study_seed, RngPurpose::split, static_cast<std::uint32_t>(trial), 1);
  rng.shuffle(std::span(order));
  if (!all.targets.labels.empty())
    std::ranges::stable_sort(order, {}, [&](std::uint32_t row) { return all.targets.labels[row]; });
  std::vector<std::size_t> fold(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) fold[order[i]] = i % static_cast<std::size_t>(folds);
  return fold;
}

MemberData member_data(const EncodedPart& all, const std::vector<std::size_t>& fold, std::size_t member) {
  MemberData data{all, {}, {}};
  std::vector<std::size_t> left_out;
  for (std::size_t row = 0; row < fold.size(); ++row) {
    if (fold[row] == member)
      left_out.push_back(row);
    else
      data.rows.push_back(static_cast<std::uint32_t>(row));
  }
  const Features& from = all.features;
  Features& to = data.left_out.features;
  to.rows = left_out.size();
  to.dense_width = from.dense_width;
  to.category_width = from.category_width;
  to.byte_scale = from.byte_scale;
  to.byte_shift = from.byte_shift;
  to.dense = rows_of(from.dense, from.dense_width, left_out);
  to.bytes = rows_of(from.bytes, from.dense_width, left_out);
  to.categories = rows_of(from.categories, from.category_width, left_out);
  data.left_out.targets.labels = rows_of(all.targets.labels, 1, left_out);
  data.left_out.targets.values = rows_of(all.targets.values, 1, left_out);
  return data;
}

}  // namespace hone
