/// Chooses how a table is split: by groups, by time, in runs of rows, or at random, and says so.
#pragma once
#include <string>
#include <vector>

#include "data/column_plan.hpp"
#include "data/split.hpp"
#include "data/target.hpp"

namespace hone {

/// Rows of the table in three parts; only rows with a target appear. `shares.test` is 0 if a file is the sealed part.
/// Errors: a time column that is neither numbers nor dates; too few groups or times.
Result<SplitRows> split_table(const CsvTable& table, const TargetColumn& target, const ColumnRequest& request,
                              SplitShares shares, std::uint64_t seed, const std::string& path,
                              std::vector<std::string>& notes);

}  // namespace hone
