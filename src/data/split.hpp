/// Who trains, who validates, who stays sealed: row numbers of the three parts.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/rows.hpp"

namespace hone {

/// Row numbers, each part ascending; together every row once.
struct SplitRows {
  Rows train, validation, test;
  bool by_row = false;  ///< drawn row by row at random: any other such draw would have done as well
};

struct SplitShares {
  double test = 0.2;        ///< of all rows; 0 when a file of its own is the sealed part
  double validation = 0.2;  ///< of the rest
};

/// Random, by class where `labels` (n) are given: the share of every class differs from the share of all by less than
/// one row. A class keeps at least one row in training; a class with one member is in training. `labels` empty: plain
/// random. Deterministic in `seed`.
SplitRows split_random(std::size_t rows, std::span<const std::int32_t> labels, SplitShares shares, std::uint64_t seed);

/// Whole groups: no group is in two parts. `groups` (n): group number of each row, 0 .. count - 1.
/// Errors: fewer groups than parts. `column` is for the message.
Result<SplitRows> split_groups(std::span<const std::uint32_t> groups, std::size_t count, SplitShares shares,
                               std::uint64_t seed, const std::string& column);

/// By time: the latest rows are the sealed part, those before them validation. Rows of equal time stay together; NaN
/// counts as earliest. Errors: too few different times. `column` is for the message.
Result<SplitRows> split_time(std::span<const double> times, SplitShares shares, const std::string& column);

/// In runs of neighbouring rows, spread through the file: for rows that depend on their neighbours.
/// `blocks` runs of (nearly) equal length; the parts get whole runs.
SplitRows split_blocks(std::size_t rows, std::size_t blocks, SplitShares shares, std::uint64_t seed);

}  // namespace hone
