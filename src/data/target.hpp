/// The column to be predicted: its task, its classes or its scale.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/csv.hpp"
#include "data/features.hpp"
#include "data/rows.hpp"

namespace hone {

/// The target of every row of one table.
struct TargetColumn {
  Task task = Task::classification;
  std::vector<std::string> classes;  ///< classification: sorted; by number if all are numbers
  Rows rows;                         ///< rows of the table whose target is known, ascending
  LargeVector<std::int32_t> labels;  ///< (rows.size()) classification
  LargeVector<double> values;        ///< (rows.size()) regression
  std::size_t distinct = 0;
};

/// More different whole numbers than this make a numeric target a regression.
constexpr std::size_t classes_of_numbers_max = 20;

/// Reads column `column`. The task, unless given: regression if every value is a number and there are more than two
/// different ones with fractions among them or more than `classes_of_numbers_max`; else classification.
/// Errors: no or constant values, fewer than 10 rows, text where numbers are needed, nearly as many classes as rows.
Result<TargetColumn> read_target(const CsvTable& table, std::size_t column, std::optional<Task> task,
                                 std::string_view path);

/// What the training rows say: classes as they are, or mean, scale, low and high of `values` (each finite, not empty).
TargetInfo fit_target(const TargetColumn& target, std::string_view name, std::span<const std::uint32_t> positions);

/// Regression: the value in units of the training part's standard deviation.
float encode_value(const TargetInfo& info, double value);

/// Targets of `rows`; where one is missing or no known class, its row is listed, and its entry means nothing.
struct EncodedTargets {
  Targets targets;
  std::vector<std::uint32_t> unknown_rows;
};
EncodedTargets encode_targets(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows,
                              const TargetInfo& info);

/// Text of a class -> its label; level_text() decides which texts are equal.
class LabelIndex {
 public:
  explicit LabelIndex(const std::vector<std::string>& classes);
  std::optional<std::int32_t> find(std::string_view cell) const;

 private:
  std::map<std::string, std::int32_t, std::less<>> by_text_;
};

/// encode_targets(), cell by cell. `info` must outlive it.
class TargetEncoder {
 public:
  explicit TargetEncoder(const TargetInfo& info) : info_(info), index_(info.classes) {}
  void add(std::uint32_t row, std::string_view cell);
  EncodedTargets finish() { return std::move(encoded_); }

 private:
  const TargetInfo& info_;
  LabelIndex index_;
  EncodedTargets encoded_;
};

}  // namespace hone
