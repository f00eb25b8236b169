#include "nn/diagnosis.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hone {
namespace {

struct LayerHealth {
  bool finite = true;
  double dead_share = 0;  ///< units whose slope is 0 in every row of the minibatch
};

LayerHealth health_of(const Network& network, std::size_t layer) {
  const LayerPlace& l = network.layout().layers[layer];
  const LayerRecord& record = network.records()[layer];
  LayerHealth health;
  std::size_t dead = 0;
  for (std::size_t j = 0; j < l.out; ++j) {
    bool alive = layer + 1 == network.records().size();  // outputs are linear
    for (std::size_t r = 0; r < network.wide_rows(); ++r) {
      const std::size_t at = j / panel_width * network.stride() + r * panel_width + j % panel_width;
      if (!std::isfinite(record.value.data()[at])) health.finite = false;
      alive = alive || record.slope.data()[at] != 0;
    }
    if (!alive) ++dead;
  }
  health.dead_share = static_cast<double>(dead) / static_cast<double>(l.out);
  return health;
}

std::string layer_name(const Network& network, std::size_t layer) {
  if (layer + 1 == network.records().size()) return "the output layer";
  return fmt::format("layer {} ({})", layer + 1, network.spec().activation->name);
}

}  // namespace

std::string data_message(const Features& features, std::span<const std::uint32_t> rows) {
  if (features.is_bytes()) return "";
  for (const std::uint32_t row : rows)
    for (std::size_t column = 0; column < features.dense_width; ++column)
      if (const float value = features.dense[row * features.dense_width + column]; !std::isfinite(value))
        return fmt::format("row {} of the data has {} in dense column {}: values must be finite", row + 1,
                           std::isnan(value) ? "nan"
                           : value > 0       ? "inf"
                                             : "-inf",
                           column + 1);
  return "";
}

std::string diverged_message(const Network& network, const Buffer& gradients, double loss, std::int64_t epoch,
                             std::int64_t step) {
  const std::size_t layers = network.records().size();
  std::size_t first = layers - 1, most_dead = 0, largest_in = 0;
  double dead_share = 0, largest = -1;
  for (std::size_t k = layers; k-- > 0;) {
    const LayerHealth health = health_of(network, k);
    if (!health.finite) first = k;
    if (health.dead_share >= dead_share) most_dead = k, dead_share = health.dead_share;
    const LayerPlace& l = network.layout().layers[k];
    for (std::size_t i = 0; i < l.heads * l.head(); ++i) {
      const double size = std::abs(static_cast<double>(gradients.data()[l.weight + i]));
      if (size > largest || std::isnan(size)) largest = std::isnan(size) ? HUGE_VAL : size, largest_in = k;
    }
  }
  std::string dead = "no layer has dead units";
  if (dead_share > 0)
    dead = fmt::format("{} has {:.0f} % dead units", layer_name(network, most_dead), 100 * dead_share);
  return fmt::format(
      "loss became {} at epoch {}, step {}: values stopped being finite in {}; {}; largest gradient {:.2g} "
      "in {}; lower the learning rate or set clip_norm",
      std::isnan(loss) ? "nan"
      : loss > 0       ? "inf"
                       : "-inf",
      epoch, step, layer_name(network, first), dead, largest, layer_name(network, largest_in));
}

}  // namespace hone
