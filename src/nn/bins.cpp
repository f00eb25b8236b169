#include "nn/bins.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace hone {
namespace {

constexpr std::size_t rows_looked_at = 20000;

}  // namespace

/// A value that stands for more than a bin's share counts as one bin: else a column that is mostly 0 would have its
/// edges there.
std::vector<float> bin_edges(std::vector<float> values, std::size_t bins) {
  std::ranges::sort(values);
  std::vector<float> distinct;
  std::vector<double> weights;
  for (const float value : values) {
    if (distinct.empty() || value > distinct.back()) {
      distinct.push_back(value);
      weights.push_back(0);
    }
    weights.back() += 1;
  }
  if (distinct.size() <= bins + 1) return distinct;
  constexpr int rounds = 16;  // what is cut off makes the share smaller
  double total = static_cast<double>(values.size());
  for (int round = 0; round < rounds; ++round) {
    const double most = total / static_cast<double>(bins);
    for (double& weight : weights) weight = std::min(weight, most);
    total = std::accumulate(weights.begin(), weights.end(), 0.0);
  }
  std::vector<float> edges;
  double below = 0;
  for (std::size_t i = 0; i + 1 < distinct.size(); ++i) {
    if (below >= total * static_cast<double>(edges.size()) / static_cast<double>(bins)) edges.push_back(distinct[i]);
    below += weights[i];
  }
  edges.push_back(distinct.back());
  return edges;
}

void fit_bins(const Layout& layout, std::size_t bins, const Features& train, float* statistics) {
  if (bins == 0) return;  // waves have no edges
  const std::size_t looked_at = std::min(train.rows, rows_looked_at);
  for (const NumericPlace& n : layout.numbers) {
    std::vector<float> values(looked_at);
    for (std::size_t i = 0; i < looked_at; ++i)
      values[i] = train.dense[i * train.rows / looked_at * train.dense_width + n.column];
    const auto edges = bin_edges(std::move(values), bins);
    float *low = statistics + n.shape, *inverse_width = low + layout.components;
    for (std::size_t t = 0; t + 1 < edges.size(); ++t) {
      low[t] = edges[t];
      // Of a denormal width it would be infinite, and 0 times that NaN.
      inverse_width[t] = std::min(1 / (edges[t + 1] - edges[t]), std::numeric_limits<float>::max());
    }
  }
}

}  // namespace hone
