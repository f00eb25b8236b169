/// Where the bins of embedded numbers begin and end: quantiles of the training part.
#pragma once
#include <span>
#include <vector>

#include "data/features.hpp"
#include "nn/layout.hpp"

namespace hone {

/// Lower edges of the bins of `values`, and one more: the upper edge of the last. Quantiles at equal steps; all
/// distinct values where they are few. At most bins + 1 edges, ascending; fewer than two: no bin. Values: finite.
std::vector<float> bin_edges(std::vector<float> values, std::size_t bins);

/// Fits the edges of every embedded number to `train` and writes them to `statistics`. Looks at no more than 20,000
/// rows, evenly spaced. Cost: rows log rows per number.
void fit_bins(const Layout& layout, std::size_t bins, const Features& train, float* statistics);

}  // namespace hone
