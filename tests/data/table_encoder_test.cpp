#include "data/table_encoder.hpp"

#include <cmath>

#include "data/helpers.hpp"
#include "data/tables.hpp"
#include "data/target.hpp"

namespace hone {
namespace {

using test::contains;

/// A table, its plans and an encoder fitted on the first rows; the target is the last column.
struct Fitted {
  CsvTable table;
  ColumnPlans plans;
  TableEncoder encoder;
  std::vector<std::size_t> columns;

  Features encode(std::span<const std::uint32_t> rows) const { return encoder.encode(table, columns, rows); }
};

Fitted fit(const std::string& text, std::size_t train_rows, std::map<std::string, std::string> overrides = {}) {
  CsvTable table = test::table_of(text);
  const auto train = test::first_rows(train_rows);
  ColumnRequest request;
  request.target = table.columns() - 1;
  request.overrides = std::move(overrides);
  auto plans = plan_columns(table, train, train, request, "f.csv");
  EXPECT_TRUE(plans) << plans.error().message;
  const auto target = read_target(table, request.target, std::nullopt, "f.csv");
  TableEncoder encoder = TableEncoder::fit(table, plans->used, train, fit_target(*target, table.names().back(), train));
  std::vector<std::size_t> columns;
  for (const ColumnPlan& used : plans->used) columns.push_back(used.column);
  return {std::move(table), std::move(*plans), std::move(encoder), std::move(columns)};
}

/// 40 training rows of x, then what is to be looked at.
std::string with_probe(const std::function<std::string(std::uint32_t)>& cell, const std::vector<std::string>& probe) {
  std::string text = test::csv("x,y", 40, [&](std::uint32_t row, Rng&) { return cell(row) + (row % 2 ? ",a" : ",b"); });
  for (const std::string& value : probe) text += value + ",a\n";
  return text;
}

std::vector<float> probe_of(const Fitted& fitted, std::size_t row) {
  const std::uint32_t rows[] = {static_cast<std::uint32_t>(row)};
  const Features features = fitted.encode(rows);
  return {features.dense.begin(), features.dense.end()};
}

TEST(TableEncoder, NumbersAndMissingValues) {
  const Fitted fitted = fit(with_probe([](auto row) { return row % 4 == 3 ? "?" : std::to_string(row * row); },
                                       {"NA", "abc", "1e308", "-inf", "0"}),
                            40);
  ASSERT_EQ(fitted.encoder.dense_width(), 2u);
  const auto missing = probe_of(fitted, 40);
  EXPECT_LT(std::abs(missing[0]), 0.5f);  // where the median stands
  EXPECT_EQ(missing[1], 1.0f);
  EXPECT_EQ(probe_of(fitted, 41), missing);  // text where numbers were
  EXPECT_EQ(probe_of(fitted, 43), missing);
  EXPECT_EQ(probe_of(fitted, 42), (std::vector<float>{static_cast<float>(numeric_limit), 0}));
  EXPECT_LT(probe_of(fitted, 44)[0], missing[0]);
}

/// One value of most rows gets an input of its own.
TEST(TableEncoder, UsualValues) {
  const Fitted fitted =
      fit(with_probe([](auto row) { return row % 4 ? "0" : std::to_string(row * 10); }, {"0", "7", "1e9", ""}), 40);
  ASSERT_EQ(fitted.encoder.dense_width(), 2u);
  EXPECT_EQ(probe_of(fitted, 40)[1], 0.0f);
  EXPECT_EQ(probe_of(fitted, 41)[1], 1.0f);
  EXPECT_EQ(probe_of(fitted, 42)[1], 1.0f);
  EXPECT_EQ(probe_of(fitted, 43), probe_of(fitted, 40));
  EXPECT_EQ(fitted.encoder.numeric_columns(), (std::vector<std::size_t>{0}));  // not the indicator
}

TEST(TableEncoder, NoIndicatorWithoutMissingValuesInTraining) {
  const Fitted fitted = fit(with_probe([](auto row) { return std::to_string(row * row); }, {""}), 40);
  EXPECT_EQ(fitted.encoder.dense_width(), 1u);
  EXPECT_LT(std::abs(probe_of(fitted, 40)[0]), 0.5f);
}

TEST(TableEncoder, OneHot) {
  const Fitted fitted = fit(
      with_probe([](auto row) { return row == 5 ? "" : std::string(1, char('p' + row % 3)); }, {"p", "r", "new", ""}),
      40);
  EXPECT_EQ(probe_of(fitted, 40), (std::vector<float>{1, 0, 0, 0}));
  EXPECT_EQ(probe_of(fitted, 41), (std::vector<float>{0, 0, 1, 0}));
  EXPECT_EQ(probe_of(fitted, 42), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(probe_of(fitted, 43), (std::vector<float>{0, 0, 0, 1}));
}

TEST(TableEncoder, TwoLevelsAreOneInput) {
  const Fitted fitted =
      fit(with_probe([](auto row) { return row % 3 ? "yes" : "no"; }, {"no", "yes", "other", ""}), 40);
  ASSERT_EQ(fitted.encoder.dense_width(), 1u);
  EXPECT_EQ(probe_of(fitted, 40)[0], 0.0f);
  EXPECT_EQ(probe_of(fitted, 41)[0], 1.0f);
  EXPECT_EQ(probe_of(fitted, 42)[0], 0.5f);
  EXPECT_EQ(probe_of(fitted, 43)[0], 0.5f);
}

TEST(TableEncoder, Embeddings) {
  // 18 levels twice, four once: those share index 0 with what is missing or new.
  const Fitted fitted =
      fit(with_probe([](auto row) { return "v" + std::to_string(row < 36 ? 10 + row % 18 : 60 + row); },
                     {"v10", "v27", "v97", "", "new"}),
          40);
  EXPECT_EQ(fitted.encoder.dense_width(), 0u);
  EXPECT_TRUE(fitted.encoder.numeric_columns().empty());
  EXPECT_EQ(fitted.encoder.cardinalities(), (std::vector<std::size_t>{19}));
  const std::vector<std::uint32_t> rows{40, 41, 42, 43, 44};
  EXPECT_EQ(fitted.encode(rows).categories, (std::vector<std::int32_t>{1, 18, 0, 0, 0}));
}

TEST(TableEncoder, Dates) {
  const auto day = [](std::uint32_t row) {
    return "2024-0" + std::to_string(1 + row % 9) + "-15 " + std::to_string(10 + row % 4) + ":30";
  };
  const Fitted fitted = fit(with_probe(day, {"2024-01-15 10:30", "2030-09-15 13:30", "", "x"}), 40);
  ASSERT_EQ(fitted.encoder.dense_width(), 3u);  // the year never changed
  EXPECT_EQ(fitted.encoder.numeric_columns(), (std::vector<std::size_t>{0, 1, 2}));
  const auto early = probe_of(fitted, 40), late = probe_of(fitted, 41);
  EXPECT_LT(early[0], late[0]);
  EXPECT_LT(early[2], late[2]);
  for (const float value : probe_of(fitted, 42)) EXPECT_LT(std::abs(value), 0.5f);
  EXPECT_EQ(probe_of(fitted, 42), probe_of(fitted, 43));
}

TEST(TableEncoder, LevelsAreEqualByValue) {
  const Fitted fitted =
      fit(with_probe([](auto row) { return "0" + std::to_string(100 + row % 20); }, {"0105", "105", "105.0"}), 40,
          {{"x", "categorical"}});
  const std::vector<std::uint32_t> rows{40, 41, 42};
  EXPECT_EQ(fitted.encode(rows).categories, (std::vector<std::int32_t>{6, 6, 6}));
}

TEST(TableEncoder, OtherRowsChangeNoBit) {
  const std::string clean = test::mixed_csv(80);
  std::size_t at = 0;
  for (int line = 0; line < 61; ++line) at = clean.find('\n', at) + 1;
  std::string poisoned = clean.substr(0, at);
  for (int row = 0; row < 20; ++row)
    poisoned += "1e308,-1e308,inf,new,new,new,2099-12-31,x,y,z," + std::string(row % 2 ? "good\n" : "bad\n");
  EXPECT_EQ(fit(clean, 60).encoder.to_json(), fit(poisoned, 60).encoder.to_json());
  EXPECT_NE(fit(clean, 60).encoder.to_json(), fit(clean, 70).encoder.to_json());  // the comparison can fail
}

TEST(TableEncoder, FilesThatDoNotFitNameEveryColumn) {
  const test::Folder folder;
  const Fitted fitted = fit(test::mixed_csv(), 60);
  std::vector<std::string> notes;
  const std::string message = test::refusal(
      fitted.encoder.encode_file(folder.write("p.csv", "number,gap,sort,many\nabc,1,k1,m1\nxyz,2,k1,m2\n"), notes));
  for (const char* part : {"missing 'two', 'when'", "of another kind 'number' (line 2: 'abc' is no number)", "p.csv"})
    EXPECT_TRUE(contains(message, part)) << message;
}

TEST(TableEncoder, OrderOfColumnsAndFurtherColumnsDoNotMatter) {
  const test::Folder folder;
  const Fitted fitted = fit(test::mixed_csv(), 60);
  std::vector<std::string> notes;
  const std::string one = "5.5,,k2,yes,m3,2011-02-03", names = "number,gap,sort,two,many,when";
  const auto a = fitted.encoder.encode_file(folder.write("a.csv", names + "\n" + one + "\n"), notes);
  const auto b = fitted.encoder.encode_file(
      folder.write("b.csv", "when,more,many,two,sort,gap,number\n2011-02-03,?,m3,yes,k2,NA,5.50\n"), notes);
  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_EQ(a->features.dense, b->features.dense);
  EXPECT_EQ(a->features.categories, b->features.categories);
  EXPECT_TRUE(a->targets.labels.empty());
}

TEST(TableEncoder, TargetsOfAFileAreReadIfAllAreKnown) {
  const test::Folder folder;
  const Fitted fitted = fit(test::mixed_csv(), 60);
  std::vector<std::string> notes;
  const auto known = fitted.encoder.encode_file(folder.write("a.csv", test::mixed_csv(20)), notes);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->targets.labels.size(), 20u);
  std::string other = test::mixed_csv(20);
  other.replace(other.rfind(",") + 1, std::string::npos, "ugly\n");
  const auto unknown = fitted.encoder.encode_file(folder.write("b.csv", other), notes);
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(unknown->targets.labels.empty());
  EXPECT_TRUE(test::any_contains(notes, "line 21: 'ugly' is no known value of 'y'"));
  EXPECT_TRUE(contains(
      test::refusal(fitted.encoder.encode_file(folder.write("c.csv", "number,gap,sort,two,many,when\n"), notes)),
      "no rows"));
}

}  // namespace
}  // namespace hone
