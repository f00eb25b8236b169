#include "data/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.hpp"
#include "base/text.hpp"
#include "data/cell.hpp"

namespace hone {
namespace {

struct Facts {
  bool all_numbers = true, fractions = false;
  std::size_t first_text_row = 0;
  std::map<std::string, std::string> spelling;  // key -> as first written
};

Facts look(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows) {
  Facts facts;
  for (const std::uint32_t row : rows) {
    const std::string_view cell = table.cell(row, column);
    const auto number = cell_number(cell);
    if (!number && facts.all_numbers) {
      facts.all_numbers = false;
      facts.first_text_row = row;
    }
    if (number && *number != std::floor(*number)) facts.fractions = true;
    facts.spelling.try_emplace(level_text(cell), cell);
  }
  return facts;
}

std::vector<std::string> sorted_classes(const Facts& facts) {
  std::vector<std::string> classes;
  for (const auto& [key, text] : facts.spelling) classes.push_back(text);
  if (facts.all_numbers)
    std::sort(classes.begin(), classes.end(),
              [](const auto& a, const auto& b) { return *cell_number(a) < *cell_number(b); });
  else
    std::sort(classes.begin(), classes.end());
  return classes;
}

}  // namespace

LabelIndex::LabelIndex(const std::vector<std::string>& classes) {
  for (std::size_t i = 0; i < classes.size(); ++i)
    by_text_.emplace(level_text(classes[i]), static_cast<std::int32_t>(i));
}

std::optional<std::int32_t> LabelIndex::find(std::string_view cell) const {
  const auto found = by_text_.find(level_text(cell));
  return found == by_text_.end() ? std::nullopt : std::optional(found->second);
}

Result<TargetColumn> read_target(const CsvTable& table, std::size_t column, std::optional<Task> task,
                                 std::string_view path) {
  const std::string& name = table.names()[column];
  TargetColumn target;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view cell = table.cell(row, column);
    const auto number = cell_number(cell);
    if (!is_missing(cell) && !(number && std::isnan(*number))) target.rows.push_back(static_cast<std::uint32_t>(row));
  }
  if (target.rows.size() < 10)
    return refuse(
        fmt::format("'{}' has {} usable rows (of {}, those where '{}' is not missing); at least 10 are needed", path,
                    target.rows.size(), table.rows(), name));
  const Facts facts = look(table, column, target.rows);
  target.distinct = facts.spelling.size();
  if (target.distinct < 2)
    return refuse(
        fmt::format("target '{}' is '{}' in every row of '{}': there is nothing to be learned; name another "
                    "column with --target",
                    name, quoted(table.cell(target.rows[0], column)), path));
  const bool many = target.distinct > classes_of_numbers_max || (facts.fractions && target.distinct > 2);
  target.task = task.value_or(facts.all_numbers && many ? Task::regression : Task::classification);
  if (target.task == Task::regression) {
    if (!facts.all_numbers)
      return refuse(
          fmt::format("'{}' line {}: '{}' is no number, but regression needs numbers in the target '{}'; "
                      "correct it, or use --task classification",
                      path, table.line(facts.first_text_row), quoted(table.cell(facts.first_text_row, column)), name));
    for (const std::uint32_t row : target.rows) target.values.push_back(*cell_number(table.cell(row, column)));
    return target;
  }
  if (target.distinct > 10 && target.distinct * 2 > target.rows.size())
    return refuse(
        fmt::format("target '{}' has {} different values in {} rows: too many to be classes; name another column "
                    "with --target{}",
                    name, target.distinct, target.rows.size(), facts.all_numbers ? ", or use --task regression" : ""));
  target.classes = sorted_classes(facts);
  const LabelIndex index(target.classes);
  for (const std::uint32_t row : target.rows) target.labels.push_back(*index.find(table.cell(row, column)));
  return target;
}

TargetInfo fit_target(const TargetColumn& target, std::string_view name, std::span<const std::uint32_t> positions) {
  TargetInfo info{.task = target.task, .name = std::string(name), .classes = target.classes};
  if (target.task == Task::classification) return info;
  HONE_CHECK(!positions.empty(), "a training part has rows");
  info.low = info.high = target.values[positions[0]];
  double largest = 0;
  for (const std::uint32_t i : positions) {
    info.low = std::min(info.low, target.values[i]);
    info.high = std::max(info.high, target.values[i]);
    largest = std::max(largest, std::abs(target.values[i]));
  }
  if (largest == 0) return info;
  // Sums of squares of values divided by a power of two can neither overflow nor round differently.
  const double unit = std::exp2(std::floor(std::log2(largest))), n = static_cast<double>(positions.size());
  double sum = 0, squares = 0;
  for (const std::uint32_t i : positions) sum += target.values[i] / unit;
  const double mean = sum / n;
  for (const std::uint32_t i : positions) squares += std::pow(target.values[i] / unit - mean, 2);
  info.mean = mean * unit;
  const double deviation = std::sqrt(squares / n) * unit;
  info.scale = deviation > 0 ? deviation : 1;
  return info;
}

float encode_value(const TargetInfo& info, double value) {
  return static_cast<float>(std::clamp((value - info.mean) / info.scale, -1e6, 1e6));
}

EncodedTargets encode_targets(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows,
                              const TargetInfo& info) {
  EncodedTargets encoded;
  const LabelIndex index(info.classes);
  for (const std::uint32_t row : rows) {
    const std::string_view cell = table.cell(row, column);
    if (info.task == Task::classification) {
      const auto label = is_missing(cell) ? std::nullopt : index.find(cell);
      if (!label) encoded.unknown_rows.push_back(row);
      encoded.targets.labels.push_back(label.value_or(0));
    } else {
      const auto number = is_missing(cell) ? std::nullopt : cell_number(cell);
      const bool known = number && !std::isnan(*number);
      if (!known) encoded.unknown_rows.push_back(row);
      encoded.targets.values.push_back(known ? encode_value(info, *number) : 0.0f);
    }
  }
  return encoded;
}

}  // namespace hone
