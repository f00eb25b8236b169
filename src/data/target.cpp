#include "data/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/text.hpp"
#include "data/cell.hpp"
#include "data/distinct.hpp"

namespace hone {
namespace {

/// What the cells of the target say before they are taken as classes or numbers.
struct Facts {
  bool all_numbers = true, fractions = false;
  std::size_t first_text_row = 0;
  std::size_t distinct = 0;  // texts, but numbers that are equal count as one
};

/// Fills `target.rows`, and `target.values` as long as all are numbers.
Facts look(const CsvTable& table, std::size_t column, TargetColumn& target) {
  Facts facts;
  DistinctCounter distinct(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view cell = table.cell(row, column);
    double number = 0;
    const bool is_number = read_cell_number(cell, number);
    if (is_number ? std::isnan(number) : is_missing(cell)) continue;
    target.rows.push_back(static_cast<std::uint32_t>(row));
    distinct.add(is_number ? number_key(number) : text_key(cell));
    if (!is_number && facts.all_numbers) {
      facts.all_numbers = false;
      facts.first_text_row = row;
      target.values = {};
    }
    if (is_number && number != std::floor(number)) facts.fractions = true;
    if (facts.all_numbers) target.values.push_back(number);
  }
  facts.distinct = distinct.finish().distinct;
  return facts;
}

/// Fills `target.classes` and `target.labels`. Each class is written as at its first occurrence.
void read_classes(const CsvTable& table, std::size_t column, bool all_numbers, TargetColumn& target) {
  std::map<std::string, std::int32_t> known;  // by level_text
  std::vector<std::string> spelling;
  for (const std::uint32_t row : target.rows) {
    const std::string_view cell = table.cell(row, column);
    const auto [found, is_new] = known.try_emplace(level_text(cell), static_cast<std::int32_t>(known.size()));
    if (is_new) spelling.emplace_back(cell);
    target.labels.push_back(found->second);
  }
  // From here on they are sorted: in the order of their level_text, then by what people expect, as always before.
  std::vector<std::int32_t> order;
  for (const auto& [level, number] : known) order.push_back(number);
  const auto text = [&](std::int32_t i) -> const std::string& { return spelling[static_cast<std::size_t>(i)]; };
  if (all_numbers)
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return *cell_number(text(a)) < *cell_number(text(b)); });
  else
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return text(a) < text(b); });
  std::vector<std::int32_t> label_of(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    label_of[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
    target.classes.push_back(text(order[i]));
  }
  for (std::int32_t& label : target.labels) label = label_of[static_cast<std::size_t>(label)];
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
  const Facts facts = look(table, column, target);
  if (target.rows.size() < 10)
    return refuse(
        fmt::format("'{}' has {} usable rows (of {}, those where '{}' is not missing); at least 10 are needed", path,
                    target.rows.size(), table.rows(), name));
  target.distinct = facts.distinct;
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
    return target;
  }
  target.values = {};
  if (target.distinct > 10 && target.distinct * 2 > target.rows.size())
    return refuse(
        fmt::format("target '{}' has {} different values in {} rows: too many to be classes; name another column "
                    "with --target{}",
                    name, target.distinct, target.rows.size(), facts.all_numbers ? ", or use --task regression" : ""));
  read_classes(table, column, facts.all_numbers, target);
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

void TargetEncoder::add(std::uint32_t row, std::string_view cell) {
  if (info_.task == Task::classification) {
    const auto label = is_missing(cell) ? std::nullopt : index_.find(cell);
    if (!label) encoded_.unknown_rows.push_back(row);
    encoded_.targets.labels.push_back(label.value_or(0));
  } else {
    const double number = number_or_nan(cell);
    const bool known = !std::isnan(number);
    if (!known) encoded_.unknown_rows.push_back(row);
    encoded_.targets.values.push_back(known ? encode_value(info_, number) : 0.0f);
  }
}

EncodedTargets encode_targets(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows,
                              const TargetInfo& info) {
  TargetEncoder encoder(info);
  for (const std::uint32_t row : rows) encoder.add(row, table.cell(row, column));
  return encoder.finish();
}

}  // namespace hone
