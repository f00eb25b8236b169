#include "data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.hpp"
#include "base/rng.hpp"

namespace hone {
namespace {

/// Which draw of the split: each has its own stream.
enum Draw : std::uint32_t { test_draw = 0, validation_draw = 1 };

Rng split_rng(std::uint64_t seed, Draw draw) {
  return Rng(seed, RngPurpose::split, draw);
}

/// `share` of `n`, at least 1 and at most n - 1 where n allows and the share is not 0.
std::size_t share_of(std::size_t n, double share) {
  if (share <= 0 || n < 2) return 0;
  const auto count = static_cast<std::size_t>(std::llround(static_cast<double>(n) * share));
  return std::clamp<std::size_t>(count, 1, n - 1);
}

Rows all_rows(std::size_t rows) {
  Rows list(rows);
  std::iota(list.begin(), list.end(), 0u);
  return list;
}

/// Moves `share` of `from` into the returned list. With labels: rows are shuffled, ordered by class, and every
/// (1/share)-th one is taken, so that each class gives its share to within one row.
Rows draw_rows(Rows& from, std::span<const std::int32_t> labels, double share, Rng rng) {
  Rows order = from, taken;
  rng.shuffle(std::span(order));
  std::vector<std::size_t> left;  // per class: how many may still be taken
  if (!labels.empty()) {
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return labels[a] < labels[b]; });
    left.resize(static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end())) + 1);
    for (const std::uint32_t row : order) ++left[static_cast<std::size_t>(labels[row])];
    for (std::size_t& count : left) count -= count > 0;  // the last one stays
    std::erase_if(order, [&](auto row) { return left[static_cast<std::size_t>(labels[row])] == 0; });
  }
  const std::size_t wanted = std::min(share_of(from.size(), share), order.size());
  const double step = order.empty() ? 0 : static_cast<double>(wanted) / static_cast<double>(order.size());
  const double start = rng.uniform();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double before = std::floor(static_cast<double>(i) * step + start);
    if (std::floor(static_cast<double>(i + 1) * step + start) == before) continue;
    if (!labels.empty()) {
      std::size_t& count = left[static_cast<std::size_t>(labels[order[i]])];
      if (count == 0) continue;
      --count;
    }
    taken.push_back(order[i]);
  }
  std::sort(taken.begin(), taken.end());
  Rows rest;
  std::set_difference(from.begin(), from.end(), taken.begin(), taken.end(), std::back_inserter(rest));
  from = std::move(rest);
  return taken;
}

/// Takes whole groups in random order until `share` of the rows is reached; at least one group, and leaves one.
std::vector<bool> draw_groups(std::vector<bool> open, std::span<const std::size_t> sizes, double share, Rng rng) {
  Rows order;
  std::size_t rows = 0;
  for (std::size_t g = 0; g < sizes.size(); ++g)
    if (open[g]) {
      order.push_back(static_cast<std::uint32_t>(g));
      rows += sizes[g];
    }
  rng.shuffle(std::span(order));
  std::vector<bool> taken(sizes.size(), false);
  const double wanted = static_cast<double>(rows) * share;
  double have = 0;
  std::size_t count = 0;
  // A group is taken if that brings the sum nearer to what is wanted.
  for (const std::uint32_t g : order) {
    const auto size = static_cast<double>(sizes[g]);
    if (count + 1 >= order.size() || have + size / 2 > wanted) continue;
    taken[g] = true;
    have += size;
    ++count;
  }
  if (count == 0 && order.size() > 1) {
    const auto smallest =
        std::min_element(order.begin(), order.end(), [&](auto a, auto b) { return sizes[a] < sizes[b]; });
    taken[*smallest] = true;
  }
  return taken;
}

/// The rows of the groups that are (not) marked go to the parts.
SplitRows rows_of(std::size_t rows, auto&& part_of) {
  SplitRows split;
  for (std::size_t row = 0; row < rows; ++row) {
    const int part = part_of(row);
    (part == 0 ? split.train : part == 1 ? split.validation : split.test).push_back(static_cast<std::uint32_t>(row));
  }
  return split;
}

/// One of every run of `open` blocks, `share` of them, at random places within equal strata.
void draw_blocks(std::vector<int>& part, int mark, double share, Rng rng) {
  std::vector<std::size_t> open;
  for (std::size_t b = 0; b < part.size(); ++b)
    if (part[b] == 0) open.push_back(b);
  const std::size_t wanted = share_of(open.size(), share);
  for (std::size_t j = 0; j < wanted; ++j) {
    const std::size_t low = j * open.size() / wanted, high = (j + 1) * open.size() / wanted;
    part[open[low + rng.below(static_cast<std::uint32_t>(high - low))]] = mark;
  }
}

}  // namespace

SplitRows split_random(std::size_t rows, std::span<const std::int32_t> labels, SplitShares shares, std::uint64_t seed) {
  HONE_CHECK(labels.empty() || labels.size() == rows, "one label per row");
  SplitRows split;
  split.by_row = true;
  split.train = all_rows(rows);
  split.test = draw_rows(split.train, labels, shares.test, split_rng(seed, test_draw));
  split.validation = draw_rows(split.train, labels, shares.validation, split_rng(seed, validation_draw));
  return split;
}

Result<SplitRows> split_groups(std::span<const std::uint32_t> groups, std::size_t count, SplitShares shares,
                               std::uint64_t seed, const std::string& column) {
  const std::size_t parts = shares.test > 0 ? 3 : 2;
  if (count < parts)
    return refuse(fmt::format("'{}' has {}: at least {} groups are needed, one for each of the {} parts", column,
                              count == 1 ? "1 group" : fmt::format("{} groups", count), parts, parts));
  std::vector<std::size_t> sizes(count);
  for (const std::uint32_t g : groups) ++sizes[g];
  std::vector<bool> open(count, true), test(count, false);
  if (shares.test > 0) {
    // One group must be left for validation and one for training.
    test = draw_groups(open, sizes, shares.test, split_rng(seed, test_draw));
    for (std::size_t g = 0, spare = count; g < count; ++g)
      if (test[g] && --spare < 2) test[g] = false;
    for (std::size_t g = 0; g < count; ++g) open[g] = !test[g];
  }
  const std::vector<bool> validation = draw_groups(open, sizes, shares.validation, split_rng(seed, validation_draw));
  return rows_of(groups.size(), [&](std::size_t row) {
    return test[groups[row]] ? 2 : validation[groups[row]] ? 1 : 0;
  });
}

Result<SplitRows> split_time(std::span<const double> times, SplitShares shares, const std::string& column) {
  const auto time = [&](std::uint32_t row) { return std::isnan(times[row]) ? -HUGE_VAL : times[row]; };
  Rows order = all_rows(times.size());
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return time(a) < time(b); });
  // The cut nearest to `wanted` rows from the end of [0, end) that does not part rows of equal time.
  const auto cut = [&](std::size_t end, double share) {
    const std::size_t wanted = end - share_of(end, share);
    const auto clean = [&](std::size_t at) { return at > 0 && at < end && time(order[at - 1]) != time(order[at]); };
    for (std::size_t away = 0; away < end; ++away) {
      if (wanted >= away && clean(wanted - away)) return wanted - away;
      if (clean(wanted + away)) return wanted + away;
    }
    return end;
  };
  const std::size_t n = times.size();
  const std::size_t test_from = shares.test > 0 ? cut(n, shares.test) : n;
  const std::size_t validation_from = test_from == 0 ? 0 : cut(test_from, shares.validation);
  if (validation_from == test_from || (shares.test > 0 && test_from == n))
    return refuse(fmt::format("time column '{}' has too few different values to be split by; at least {} are needed",
                              column, shares.test > 0 ? 3 : 2));
  SplitRows split;
  for (std::size_t i = 0; i < n; ++i)
    (i < validation_from ? split.train : i < test_from ? split.validation : split.test).push_back(order[i]);
  for (auto* part : {&split.train, &split.validation, &split.test}) std::sort(part->begin(), part->end());
  return split;
}

SplitRows split_blocks(std::size_t rows, std::size_t blocks, SplitShares shares, std::uint64_t seed) {
  HONE_CHECK(blocks >= 3 && blocks <= rows, "a block for each part, a row for each block");
  std::vector<int> part(blocks, 0);
  draw_blocks(part, 2, shares.test, split_rng(seed, test_draw));
  draw_blocks(part, 1, shares.validation, split_rng(seed, validation_draw));
  return rows_of(rows, [&](std::size_t row) { return part[row * blocks / rows]; });
}

}  // namespace hone
