#include "data/target.hpp"

#include <cmath>
#include <numeric>

#include "data/helpers.hpp"

namespace hone {
namespace {

using test::contains;
using test::refusal;

CsvTable column(const std::vector<std::string>& cells) {
  std::string text = "x,y\n";
  for (const std::string& cell : cells) text += "a," + cell + "\n";
  return *parse_csv(text, "f.csv");
}

std::vector<std::string> repeated(std::initializer_list<std::string> values, std::size_t count) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < count; ++i)
    cells.push_back(*(values.begin() + static_cast<std::ptrdiff_t>(i % values.size())));
  return cells;
}

Result<TargetColumn> read(const std::vector<std::string>& cells, std::optional<Task> task = std::nullopt) {
  return read_target(column(cells), 1, task, "f.csv");
}

TEST(Target, TaskIsFound) {
  EXPECT_EQ(read(repeated({"yes", "no"}, 20))->task, Task::classification);
  EXPECT_EQ(read(repeated({"1", "2", "3"}, 20))->task, Task::classification);
  EXPECT_EQ(read(repeated({"1", "2.5", "3"}, 20))->task, Task::regression);
  EXPECT_EQ(read(repeated({"0.5", "1.5"}, 20))->task, Task::classification);
  std::vector<std::string> many;
  for (int i = 0; i < 60; ++i) many.push_back(std::to_string(i % 21));
  EXPECT_EQ(read(many)->task, Task::regression);
  EXPECT_EQ(read(many, Task::classification)->task, Task::classification);
  EXPECT_EQ(read(repeated({"1", "2", "3"}, 20), Task::regression)->task, Task::regression);
}

TEST(Target, ClassesAreSortedByNumberOrByText) {
  EXPECT_EQ(read(repeated({"10", "9", "1.0"}, 20))->classes, (std::vector<std::string>{"1.0", "9", "10"}));
  EXPECT_EQ(read(repeated({"b", "10", "9"}, 20))->classes, (std::vector<std::string>{"10", "9", "b"}));
}

TEST(Target, EqualNumbersAreOneClass) {
  const auto target = read(repeated({"1", "1.0", "0"}, 30));
  ASSERT_TRUE(target);
  EXPECT_EQ(target->classes.size(), 2u);
  EXPECT_EQ(std::accumulate(target->labels.begin(), target->labels.end(), 0), 20);
}

TEST(Target, RowsWithoutTargetAreLeftOut) {
  auto cells = repeated({"a", "b"}, 20);
  cells[3] = "NA";
  cells[4] = "";
  const auto target = read(cells);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->rows.size(), 18u);
  EXPECT_EQ(target->rows[3], 5u);
}

TEST(Target, Refusals) {
  EXPECT_TRUE(contains(refusal(read(repeated({"a", "b"}, 9))), "9 usable rows"));
  EXPECT_TRUE(contains(refusal(read(repeated({"a"}, 20))), "is 'a' in every row"));
  EXPECT_TRUE(contains(refusal(read(std::vector<std::string>(20, "NA"))), "0 usable rows"));
  const std::string text = refusal(read(repeated({"1.5", "2", "3", "x"}, 20), Task::regression));
  EXPECT_TRUE(contains(text, "line 5") && contains(text, "'x' is no number")) << text;
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("name" + std::to_string(i));
  EXPECT_TRUE(contains(refusal(read(names)), "too many to be classes"));
}

TEST(Target, RegressionIsStandardised) {
  const auto target = read({"1.5", "2", "3", "4", "5", "6", "7", "8", "9", "1000"});
  std::vector<std::uint32_t> train(9);
  std::iota(train.begin(), train.end(), 0u);
  const TargetInfo info = fit_target(*target, "y", train);
  EXPECT_DOUBLE_EQ(info.mean, 45.5 / 9);
  EXPECT_EQ(info.low, 1.5);
  EXPECT_EQ(info.high, 9);
  double squares = 0;
  for (const auto i : train) squares += std::pow(encode_value(info, target->values[i]), 2);
  EXPECT_NEAR(squares / 9, 1, 1e-6);
}

TEST(Target, HugeValuesStayFinite) {
  const auto target = read({"1e308", "-1e308", "1", "2", "3", "4", "5", "6", "7", "8.5"}, Task::regression);
  ASSERT_TRUE(target);
  std::vector<std::uint32_t> rows(10);
  std::iota(rows.begin(), rows.end(), 0u);
  const TargetInfo info = fit_target(*target, "y", rows);
  EXPECT_TRUE(std::isfinite(info.scale) && info.scale > 1e299);
  for (const double value : target->values) EXPECT_TRUE(std::isfinite(encode_value(info, value)));
}

TEST(Target, UnknownTargetsAreListed) {
  const CsvTable table = column(repeated({"a", "b", "c", ""}, 12));
  const TargetInfo info{.task = Task::classification, .name = "y", .classes = {"a", "b"}};
  std::vector<std::uint32_t> rows(12);
  std::iota(rows.begin(), rows.end(), 0u);
  const EncodedTargets encoded = encode_targets(table, 1, rows, info);
  EXPECT_EQ(encoded.unknown_rows, (std::vector<std::uint32_t>{2, 3, 6, 7, 10, 11}));
  EXPECT_EQ(encoded.targets.labels[5], 1);
}

}  // namespace
}  // namespace hone
