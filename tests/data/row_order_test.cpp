#include "data/row_order.hpp"

#include <cmath>

#include "base/rng.hpp"
#include "data/helpers.hpp"

namespace hone {
namespace {

struct Made {
  CsvTable table;
  TargetColumn target;
};

Made make(const std::string& text, std::size_t column) {
  Made made;
  made.table = *parse_csv(text, "f.csv");
  auto target = read_target(made.table, column, std::nullopt, "f.csv");
  EXPECT_TRUE(target) << target.error().message;
  made.target = std::move(*target);
  return made;
}

TEST(RowOrder, CorrelationOfNeighbours) {
  std::vector<double> wave, noise;
  Rng rng(1, RngPurpose::simulation, 0);
  for (int i = 0; i < 1000; ++i) {
    wave.push_back(std::sin(i * 0.1));
    noise.push_back(rng.uniform());
  }
  EXPECT_GT(neighbour_correlation(wave), 0.95);
  EXPECT_LT(std::abs(neighbour_correlation(noise)), 0.1);
  EXPECT_EQ(neighbour_correlation(std::vector<double>(10, 2.0)), 0.0);
  EXPECT_GT(neighbour_correlation(std::vector<double>{1e300, 9e299, 8e299, -1e300, -9e299}), 0.0);
}

TEST(RowOrder, AgreementOfNeighbours) {
  std::vector<std::int32_t> runs, alternating;
  for (int i = 0; i < 200; ++i) {
    runs.push_back(i / 10 % 2);
    alternating.push_back(i % 2);
  }
  EXPECT_GT(neighbour_agreement(runs), 0.7);
  EXPECT_LT(neighbour_agreement(alternating), -0.9);
}

TEST(RowOrder, TimeSeriesIsOrdered) {
  std::string text = "x,y\n";
  for (int i = 0; i < 500; ++i)
    text += std::to_string(i * 7919 % 500) + "," + std::to_string(std::sin(i * 0.05) * 10) + "\n";
  const Made made = make(text, 1);
  EXPECT_TRUE(find_row_order(made.table, made.target, 1).ordered);
}

TEST(RowOrder, SortedFilesAreNotTimeSeries) {
  std::string classes = "x,y\n", values = "x,y\n";
  for (int i = 0; i < 300; ++i) {
    classes += std::to_string(i * 7919 % 300) + ",kind" + std::to_string(i / 100) + "\n";
    values += std::to_string(i * 7919 % 300) + "," + std::to_string(i * 0.5) + "\n";
  }
  for (const std::string& text : {classes, values}) {
    const Made made = make(text, 1);
    const RowOrder order = find_row_order(made.table, made.target, 1);
    EXPECT_GT(order.target_correlation, order_correlation);
    EXPECT_FALSE(order.ordered);
  }
}

TEST(RowOrder, AlikeColumnsAreNamed) {
  std::string text = "id,person,x,y\n";
  Rng rng(2, RngPurpose::simulation, 0);
  for (int i = 0; i < 400; ++i)
    text += std::to_string(i) + ",p" + std::to_string(i / 8) + "," + std::to_string(rng.uniform()) + "," +
            (rng.uniform() < 0.5 ? "yes" : "no") + "\n";
  const Made made = make(text, 3);
  const RowOrder order = find_row_order(made.table, made.target, 3);
  EXPECT_FALSE(order.ordered);
  EXPECT_EQ(order.alike_column, "person");  // and not the running number
}

}  // namespace
}  // namespace hone
