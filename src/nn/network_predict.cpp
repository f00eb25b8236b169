// Predictions of all rows of a data set.
#include <algorithm>
#include <numeric>

#include "nn/loss.hpp"
#include "nn/network.hpp"

namespace hone {

void Network::predict(const Features& features, std::vector<float>& out) {
  const std::size_t outputs = spec_.outputs, members = layout_.members;
  out.resize(features.rows * outputs);
  std::vector<std::uint32_t> order(row_capacity_);
  const LossRow& loss = loss_row(spec_.loss);
  std::vector<float> scratch(2 * row_capacity_ * members);
  for (std::size_t start = 0; start < features.rows; start += row_capacity_) {
    const std::size_t count = std::min(row_capacity_, features.rows - start);
    std::iota(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), static_cast<std::uint32_t>(start));
    gather(features, {order.data(), count});
    forward_predict();
    loss.link(kernels_, spec_, {output(), stride_, wide_rows()}, scratch.data());
    for (std::size_t r = 0; r < count; ++r)
      for (std::size_t c = 0; c < outputs; ++c) {
        float sum = 0;
        for (std::size_t m = 0; m < members; ++m)
          sum += output()[c / panel_width * stride_ + (m * count + r) * panel_width + c % panel_width];
        out[(start + r) * outputs + c] = members == 1 ? sum : sum / static_cast<float>(members);
      }
  }
}

}  // namespace hone
