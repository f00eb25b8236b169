#include "data/column_plan.hpp"

#include <algorithm>

#include "data/helpers.hpp"
#include "data/tables.hpp"

namespace hone {
namespace {

using test::contains;
using test::csv;
using test::refusal;

/// Plans of a table whose last column is the target.
Result<ColumnPlans> plan(const std::string& text, std::map<std::string, std::string> overrides = {},
                         std::size_t train_rows = 0) {
  const CsvTable table = test::table_of(text);
  ColumnRequest request;
  request.target = table.columns() - 1;
  request.overrides = std::move(overrides);
  const auto usable = test::first_rows(table.rows());
  const auto train = test::first_rows(train_rows ? train_rows : table.rows());
  return plan_columns(table, train, usable, request, "f.csv");
}

ColumnDecision decision(const Result<ColumnPlans>& plans, std::string_view name) {
  EXPECT_TRUE(plans) << plans.error().message;
  if (plans)
    for (const ColumnDecision& one : plans->decisions)
      if (one.name == name) return one;
  return {};
}

/// One column `x` of cells by row beside a number `n`, and a target.
std::string one_column(std::uint32_t rows, const std::function<std::string(std::uint32_t)>& cell) {
  return csv("x,n,y", rows, [&](std::uint32_t row, Rng& rng) {
    return cell(row) + "," + std::to_string(rng.uniform()) + "," + (row % 2 ? "a" : "b");
  });
}

TEST(ColumnPlan, EveryKindIsRecognised) {
  const auto plans = plan(test::mixed_csv());
  const std::map<std::string, std::string> roles{{"id", "dropped"},       {"number", "numeric"},  {"gap", "numeric"},
                                                 {"sort", "categorical"}, {"two", "categorical"}, {"many", "embedding"},
                                                 {"when", "date"},        {"note", "dropped"},    {"same", "dropped"},
                                                 {"nothing", "dropped"},  {"y", "target"}};
  for (const auto& [name, role] : roles) EXPECT_EQ(decision(plans, name).role, role) << name;
  EXPECT_TRUE(contains(decision(plans, "id").reason, "running number"));
  EXPECT_TRUE(contains(decision(plans, "gap").reason, "20 % missing"));
  EXPECT_TRUE(contains(decision(plans, "note").reason, "free text"));
  EXPECT_TRUE(contains(decision(plans, "same").reason, "constant: always 'always'"));
  EXPECT_TRUE(contains(decision(plans, "nothing").reason, "every value is missing"));
  EXPECT_EQ(decision(plans, "gap").missing, 12u);
  EXPECT_EQ(decision(plans, "sort").distinct, 4u);
  EXPECT_EQ(plans->used.size(), 6u);
}

TEST(ColumnPlan, IdentifiersOfText) {
  const auto each = one_column(40, [](auto row) { return "u" + std::to_string(row * 7919); });
  EXPECT_TRUE(contains(decision(plan(each), "x").reason, "every value differs"));
  const auto nearly = one_column(40, [](auto row) { return "u" + std::to_string(row < 38 ? row : 0); });
  EXPECT_TRUE(contains(decision(plan(nearly), "x").reason, "occur once"));
  EXPECT_EQ(decision(plan(each, {{"x", "keep"}}), "x").role, "embedding");
}

TEST(ColumnPlan, RunningNumbersInAnyOrder) {
  EXPECT_EQ(decision(plan(one_column(100, [](auto row) { return std::to_string(row * 37 % 100); })), "x").role,
            "dropped");
  EXPECT_EQ(decision(plan(one_column(12, [](auto row) { return std::to_string(100 + row * 7 % 12); })), "x").role,
            "numeric");
  EXPECT_EQ(decision(plan(one_column(100, [](auto row) { return std::to_string(row * 10); })), "x").role, "numeric");
  const auto running = one_column(50, [](auto row) { return std::to_string(row); });
  EXPECT_EQ(decision(plan(running, {{"x", "keep"}}), "x").role, "numeric");
}

TEST(ColumnPlan, NumbersWithStrayTextAreRefused) {
  const auto text =
      one_column(200, [](auto row) { return row == 122 ? std::string("abc") : std::to_string(row * row); });
  const std::string message = refusal(plan(text));
  EXPECT_TRUE(contains(message, "line 124: 'abc' stands in column 'x', where 199 of 200 values are numbers"))
      << message;
  EXPECT_TRUE(contains(message, "--columns x=numeric") && contains(message, "--columns x=categorical")) << message;
  EXPECT_EQ(refusal(plan(text, {}, 100)), message);  // the row is no training row
  EXPECT_EQ(decision(plan(text, {{"x", "numeric"}}), "x").role, "numeric");
  EXPECT_EQ(decision(plan(text, {{"x", "categorical"}}), "x").role, "embedding");
  EXPECT_EQ(decision(plan(text, {{"x", "drop"}}), "x").role, "dropped");
}

TEST(ColumnPlan, MixedTextIsCategories) {
  const auto ages =
      one_column(100, [](auto row) { return row % 7 == 0 ? std::string("50plus") : std::to_string(20 + row % 5); });
  EXPECT_EQ(decision(plan(ages), "x").role, "categorical");
}

TEST(ColumnPlan, OverridesAreHonoured) {
  const auto codes = one_column(60, [](auto row) { return std::to_string(row % 30 + 100); });
  EXPECT_EQ(decision(plan(codes), "x").role, "numeric");
  EXPECT_EQ(decision(plan(codes, {{"x", "categorical"}}), "x").role, "embedding");
  EXPECT_TRUE(contains(refusal(plan(codes, {{"z", "numeric"}})), "no column 'z'"));
  EXPECT_TRUE(contains(refusal(plan(codes, {{"x", "text"}})), "allowed are categorical, numeric"));
  EXPECT_TRUE(contains(refusal(plan(codes, {{"y", "numeric"}})), "--task"));
  EXPECT_TRUE(contains(refusal(plan(codes, {{"x", "date"}})), "cannot be read as dates"));
  const auto words = one_column(60, [](auto row) { return "w" + std::to_string(row % 3); });
  EXPECT_TRUE(contains(refusal(plan(words, {{"x", "numeric"}})), "no value of 'x' is a number"));
}

TEST(ColumnPlan, DatesInSeveralOrders) {
  const auto dated = [](auto&& cell) { return plan(one_column(60, cell)); };
  EXPECT_EQ(dated([](auto row) { return std::to_string(1 + row % 28) + "/03/2024"; })->used[0].order,
            DateOrder::day_first);
  EXPECT_EQ(dated([](auto row) { return "03/" + std::to_string(1 + row % 28) + "/2024"; })->used[0].order,
            DateOrder::month_first);
  const auto unclear =
      dated([](auto row) { return std::to_string(1 + row % 6) + "/" + std::to_string(1 + row % 3) + "/2024"; });
  EXPECT_NE(decision(unclear, "x").role, "date");
  EXPECT_TRUE(contains(decision(unclear, "x").reason, "cannot be told apart"));
}

TEST(ColumnPlan, PresenceAloneIsInformation) {
  const auto plans = plan(one_column(60, [](auto row) { return row % 3 ? "" : "seen"; }));
  EXPECT_EQ(decision(plans, "x").role, "categorical");
}

TEST(ColumnPlan, NothingLeft) {
  const std::string message =
      refusal(plan(csv("x,y", 20, [](auto row, Rng&) { return std::string("1,") + (row % 2 ? "a" : "b"); })));
  EXPECT_TRUE(contains(message, "no column") && contains(message, "constant")) << message;
}

TEST(ColumnPlan, RowsOutsideTrainingDecideNothing) {
  const std::string clean = test::mixed_csv(80);
  const CsvTable table = test::table_of(clean);
  std::string poisoned = table.names()[0];
  for (std::size_t c = 1; c < table.columns(); ++c) poisoned += "," + table.names()[c];
  for (std::size_t row = 0; row < table.rows(); ++row) {
    poisoned += "\n";
    for (std::size_t c = 0; c < table.columns(); ++c) {
      const bool target = c + 1 == table.columns();
      const std::string cell = row < 60 || target ? std::string(table.cell(row, c))
                               : c == 1           ? "1e308"
                                                  : "poison" + std::to_string(c % 2);
      poisoned += (c ? ",\"" : "\"") + cell + "\"";
    }
  }
  const auto a = plan(clean, {}, 60), b = plan(poisoned + "\n", {}, 60);
  ASSERT_TRUE(a);
  ASSERT_TRUE(b) << b.error().message;
  for (std::size_t c = 0; c < a->decisions.size(); ++c) {
    EXPECT_EQ(a->decisions[c].role, b->decisions[c].role) << a->decisions[c].name;
    EXPECT_EQ(a->decisions[c].reason, b->decisions[c].reason);
  }
}

}  // namespace
}  // namespace hone
