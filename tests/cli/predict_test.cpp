// `hone predict` on other tasks than the usual two classes: what it writes agrees with what it says.
#include <gtest/gtest.h>

#include <cmath>

#include "base/text.hpp"
#include "cli/process.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

constexpr std::size_t rows = 400;

/// The cells of a CSV file that needs no quotes, without its header.
std::vector<std::vector<std::string>> cells(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> table;
  for (const std::string& line : split(read_file(path).value_or(""), '\n'))
    if (!line.empty()) table.push_back(split(line, ','));
  if (!table.empty()) table.erase(table.begin());
  return table;
}

/// The number after `name` in what the program said.
double said(const Ran& ran, const std::string& name) {
  const auto at = ran.err.find(" " + name + " ");
  if (at == std::string::npos) return std::nan("");
  const std::string rest = ran.err.substr(at + name.size() + 2);
  return parse_number(rest.substr(0, rest.find_first_of(" \n"))).value_or(std::nan(""));
}

TEST(Predict, ValuesComeInTheUnitsOfTheTarget) {
  const TemporaryFolder folder;
  write_small_regression(folder.path() / "values.csv", rows);
  const Ran fit = run_hone(folder.path(), {"fit", "values.csv", "--target", "y", "--trials", "6", "--epochs", "12",
                                           "-j", "2", "--out", "out"});
  ASSERT_EQ(fit.code, 0) << fit.err;
  const Ran predicted = run_hone(folder.path(), {"predict", "out/model.hone", "values.csv", "-o", "p.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_TRUE(read_file(folder.path() / "p.csv")->starts_with("y\n"));

  const auto truth = cells(folder.path() / "values.csv"), ours = cells(folder.path() / "p.csv");
  ASSERT_EQ(truth.size(), rows);
  ASSERT_EQ(ours.size(), rows);
  double squares = 0;
  for (std::size_t i = 0; i < rows; ++i)
    squares += std::pow(parse_number(ours[i][0]).value() - parse_number(truth[i][2]).value(), 2);
  const double rmse = std::sqrt(squares / static_cast<double>(rows));
  EXPECT_LT(rmse, 0.8);  // the target's own deviation is 1.4
  EXPECT_NEAR(said(predicted, "rmse"), rmse, 0.01 * rmse) << predicted.err;
}

TEST(Predict, OneLogitGivesTwoProbabilities) {
  const TemporaryFolder folder;
  write_small_classification(folder.path() / "data.csv", rows);
  (void)write_file(folder.path() / "one.toml", "format = 1\n[fixed]\nloss = \"binary_cross_entropy\"\n");
  const Ran fit = run_hone(folder.path(), {"fit", "data.csv", "--target", "label", "--trials", "6", "--epochs", "12",
                                           "-j", "2", "--out", "out", "--space", "one.toml"});
  ASSERT_EQ(fit.code, 0) << fit.err;
  const Ran predicted = run_hone(folder.path(), {"predict", "out/model.hone", "data.csv", "-o", "p.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;

  const auto truth = cells(folder.path() / "data.csv"), ours = cells(folder.path() / "p.csv");
  ASSERT_EQ(ours.size(), rows);
  std::size_t right = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    ASSERT_EQ(ours[i].size(), 3u);
    const double in = parse_number(ours[i][1]).value(), out = parse_number(ours[i][2]).value();
    EXPECT_NEAR(in + out, 1, 1e-5);
    EXPECT_EQ(ours[i][0], in >= out ? "in" : "out") << i;
    right += ours[i][0] == truth[i][4] ? 1 : 0;
  }
  EXPECT_GT(static_cast<double>(right) / rows, 0.75);
  EXPECT_NEAR(said(predicted, "accuracy"), static_cast<double>(right) / rows, 1e-3) << predicted.err;
}

}  // namespace
}  // namespace hone
