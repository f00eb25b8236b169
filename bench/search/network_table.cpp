/// The tables, read, and their space (declared in network_table.hpp).
#include "network_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "data/gzip.hpp"
#include "samplers/lab.hpp"

namespace hone::search_bench {
namespace {

const std::vector<double> rates = {1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 1e-2, 3e-2, 1e-1};
const std::vector<std::int64_t> widths = {16, 32, 64, 128};
const std::vector<std::int64_t> batches = {64, 256};
const std::vector<double> dropouts = {0.0, 0.15, 0.3};

/// The element of `list` that the whole number `name` says.
template <class List>
auto picked(const List& list, const Configuration& configuration, std::string_view name) {
  return list[static_cast<std::size_t>(value_number(*configuration.find(name)))];
}

}  // namespace

std::shared_ptr<const Space> table_space() {
  return make_space({int_parameter("rate", 0, 7), int_parameter("width", 0, 3), int_parameter("layers", 1, 3),
                     int_parameter("batch", 0, 1), int_parameter("dropout", 0, 2),
                     choice_parameter("activation", {"relu", "tanh"})});
}

Configuration trained_as(const Configuration& configuration) {
  Configuration trained;
  const auto layers = std::get<std::int64_t>(*configuration.find("layers"));
  trained.set("learning_rate", picked(rates, configuration, "rate"));
  trained.set("layers", layers);
  for (std::int64_t i = 1; i <= layers; ++i)
    trained.set(fmt::format("units.{}", i), picked(widths, configuration, "width"));
  trained.set("batch", picked(batches, configuration, "batch"));
  trained.set("dropout", picked(dropouts, configuration, "dropout"));
  trained.set("activation", *configuration.find("activation"));
  return trained;
}

std::size_t table_place(const Space& space, const Point& point) {
  std::size_t place = 0;
  for (std::size_t a = space.axes().size(); a-- > 0;) place = place * space.axes()[a].levels + space.cell(a, point[a]);
  return place;
}

Point table_point(const Space& space, std::size_t place) {
  Point point;
  for (std::size_t a = 0; a < space.axes().size(); ++a) {
    point.push_back(space.cell_unit(a, place % space.axes()[a].levels));
    place /= space.axes()[a].levels;
  }
  return point;
}

Result<std::shared_ptr<const NetworkTable>> NetworkTable::read(const std::string& name) {
  const std::string path = fmt::format("{}/tables/{}.csv.gz", HONE_SEARCH_DIR, name);
  HONE_TRY(const std::string text, read_data_file(path));
  auto table = std::make_shared<NetworkTable>();
  for (const std::string& line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto fields = split(line, ',');  // epochs that were not reached are missing
    for (std::size_t epoch = 0; epoch < static_cast<std::size_t>(table_epochs); ++epoch)
      table->values_.push_back(epoch < fields.size()
                                   ? static_cast<float>(parse_number(fields[epoch]).value_or(INFINITY))
                                   : std::numeric_limits<float>::infinity());
  }
  const std::size_t configurations = table->values_.size() / (table_seeds * static_cast<std::size_t>(table_epochs));
  const auto expected = table_space()->count(1'000'000);
  if (!expected || configurations != *expected)
    return fail(Error::Kind::corrupt,
                fmt::format("'{}' has {} configurations, not {}", path, configurations, expected.value_or(0)));
  for (std::size_t place = 0; place < configurations; ++place) {
    double mean = 0;
    for (std::uint32_t seed = 0; seed < table_seeds; ++seed) mean += table->best_value(place, seed) / table_seeds;
    table->regrets_.push_back(mean);
  }
  std::vector<double> sorted = table->regrets_;
  std::ranges::sort(sorted);
  const double best = sorted.front(), median = sorted[sorted.size() / 2], worst = 1e3;
  for (double& regret : table->regrets_) regret = std::min(worst, (regret - best) / (median - best));
  return std::shared_ptr<const NetworkTable>(std::move(table));
}

}  // namespace hone::search_bench
