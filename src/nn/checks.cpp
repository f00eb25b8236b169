#include "nn/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "nn/loss.hpp"
#include "nn/network.hpp"
#include "nn/optimizer.hpp"

namespace hone {
namespace {

Result<void> check_range(const char* what, double value, double low, double high, bool low_open = false) {
  if (value >= low && value < high && !(low_open && value == low)) return {};  // false for NaN
  return refuse(fmt::format("{} is {}: allowed is {}{}, {})", what, number_text(value), low_open ? "(" : "[",
                            number_text(low), number_text(high)));
}

}  // namespace

Result<void> check_spec(const NetworkSpec& spec) {
  if (spec.activation == nullptr) return refuse("the network has no activation: take one of all_activations()");
  if (static_cast<std::size_t>(spec.loss) >= all_losses().size())
    return refuse(fmt::format("there is no loss with number {}: take one of LossKind", static_cast<int>(spec.loss)));
  if (spec.outputs == 0) return refuse("the network has no outputs: at least 1 is needed");
  if (spec.cardinalities.size() != spec.embedding_widths.size())
    return refuse(fmt::format("{} embedding columns but {} embedding widths: one width per column is needed",
                              spec.cardinalities.size(), spec.embedding_widths.size()));
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i)
    if (spec.cardinalities[i] == 0 || spec.embedding_widths[i] == 0)
      return refuse(fmt::format("embedding {} has {} levels of width {}: both must be at least 1", i + 1,
                                spec.cardinalities[i], spec.embedding_widths[i]));
  for (const std::size_t column : spec.numeric_columns)
    if (column >= spec.dense_width)
      return refuse(fmt::format("numeric column {} of {} dense columns: there is none", column + 1, spec.dense_width));
  if (spec.numeric_bins > numeric_bins_max)
    return refuse(fmt::format("numeric_bins is {}: at most {}", spec.numeric_bins, numeric_bins_max));
  if (spec.numeric_frequencies > numeric_frequencies_max)
    return refuse(
        fmt::format("numeric_frequencies is {}: at most {}", spec.numeric_frequencies, numeric_frequencies_max));
  if (spec.numeric_bins > 0 && spec.numeric_frequencies > 0)
    return refuse(
        fmt::format("numeric_bins is {} and numeric_frequencies {}: one of them must be 0, a number is "
                    "embedded in one way",
                    spec.numeric_bins, spec.numeric_frequencies));
  HONE_TRY_VOID(check_range("frequency_scale", spec.frequency_scale, 0, 1000, true));
  if (spec.members == 0 || spec.members > members_max)
    return refuse(fmt::format("members is {}: allowed is 1 .. {}", spec.members, members_max));
  if (spec.members > 1 && spec.hidden.empty())
    return refuse("several members share hidden layers, and this network has none: take members 1 or more layers");
  if (spec.dense_width == 0 && spec.cardinalities.empty()) return refuse("the network has no inputs: 1 is needed");
  for (std::size_t i = 0; i < spec.hidden.size(); ++i)
    if (spec.hidden[i] == 0) return refuse(fmt::format("hidden layer {} has 0 units: at least 1 is needed", i + 1));
  HONE_TRY_VOID(check_range("dropout", spec.dropout, 0, 1));
  if (spec.dropout > 65535.0 / 65536) return refuse("dropout is so near 1 that no unit would be left: take less");
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [name, rate] : {std::pair{"bias_rate", spec.bias_rate}, {"numeric_rate", spec.numeric_rate}})
    HONE_TRY_VOID(check_range(name, rate, 0, 1e6, true));
  for (const auto& [name, rate] :
       {std::pair{"front_scale", spec.front_scale}, {"parametric_activation", spec.parametric_activation}})
    HONE_TRY_VOID(check_range(name, rate, 0, 1e6));
  if (spec.front_scale > 0 && spec.hidden.empty())
    return refuse("front_scale is for the inputs of hidden layers, and this network has none: take 0 or more layers");
  if (spec.ntk && spec.base_width > 0)
    return refuse(fmt::format("ntk and base_width = {} are two parametrisations: take one of them", spec.base_width));
  HONE_TRY_VOID(check_range("huber_delta", spec.huber_delta, 0, infinity, true));
  HONE_TRY_VOID(check_range("focal_gamma", spec.focal_gamma, 0, 100));
  HONE_TRY_VOID(check_range("quantile", spec.quantile, 0, 1, true));
  HONE_TRY_VOID(check_range("poisson_ratio", spec.poisson_ratio, 0, infinity, true));
  const bool one = !loss_row(spec.loss).many_outputs;
  if (one && spec.outputs != 1)
    return refuse(fmt::format("{} needs exactly 1 output, not {}", loss_row(spec.loss).name, spec.outputs));
  if (!one && spec.outputs < 2)
    return refuse(fmt::format("{} needs at least 2 outputs: use binary_cross_entropy for 1", loss_row(spec.loss).name));
  return {};
}

Result<void> check_options(const TrainOptions& options) {
  const double infinity = std::numeric_limits<double>::infinity();
  HONE_TRY_VOID(check_range("learning_rate", options.learning_rate, 0, infinity, true));
  HONE_TRY_VOID(check_range("momentum", options.momentum, 0, 1));
  HONE_TRY_VOID(check_range("beta1", options.beta1, 0, 1));
  HONE_TRY_VOID(check_range("beta2", options.beta2, 0, 1));
  HONE_TRY_VOID(check_range("epsilon", options.epsilon, 0, infinity, true));
  HONE_TRY_VOID(check_range("weight_decay", options.weight_decay, 0, infinity));
  HONE_TRY_VOID(check_range("warmup", options.warmup, 0, 1));
  HONE_TRY_VOID(check_range("label_smoothing", options.label_smoothing, 0, 1));
  HONE_TRY_VOID(check_range("clip_norm", options.clip_norm, 0, infinity));
  HONE_TRY_VOID(check_range("average", options.average, 0, infinity));
  HONE_TRY_VOID(check_range("mixup", options.mixup, 0, mixup_max));
  HONE_TRY_VOID(check_precision(options.precision));
  if (!(options.class_balance >= 0 && options.class_balance <= 1))
    return refuse(fmt::format("class_balance is {}: allowed is [0, 1]", number_text(options.class_balance)));
  if (options.accumulate == 0 || options.accumulate > accumulate_max)
    return refuse(fmt::format("accumulate is {}: allowed is 1 .. {}", options.accumulate, accumulate_max));
  if (options.batch == 0) return refuse("batch is 0: at least 1 row is needed");
  if (options.max_epochs < 1) return refuse(fmt::format("max_epochs is {}: at least 1", options.max_epochs));
  return {};
}

Result<void> check_data(const NetworkSpec& spec, const TrainOptions& options, const Features& features,
                        const Targets& targets, std::span<const std::uint32_t> chosen) {
  const std::size_t rows = features.rows;
  if (rows == 0) return refuse("there are no rows to train on");
  if (rows > std::numeric_limits<std::uint32_t>::max())
    return refuse(fmt::format("{} rows: at most 2^32 - 1 can be trained on", rows));
  if (features.dense_width != spec.dense_width)
    return refuse(fmt::format("the data has {} dense columns, the network {}", features.dense_width, spec.dense_width));
  const std::size_t dense = features.is_bytes() ? features.bytes.size() : features.dense.size();
  if (dense != rows * features.dense_width)
    return refuse(fmt::format("{} dense values for {} rows of {}", dense, rows, features.dense_width));
  if (features.is_bytes() && spec.embedded_numbers() > 0)
    return refuse("numbers kept as bytes cannot be embedded: numeric_bins must be 0");
  if (features.category_width != spec.cardinalities.size() ||
      features.categories.size() != rows * features.category_width)
    return refuse(fmt::format("the data has {} category columns, the network {} embeddings", features.category_width,
                              spec.cardinalities.size()));
  const bool labels = loss_row(spec.loss).task == Task::classification;
  if (spec.loss == LossKind::poisson)
    for (std::size_t i = 0; i < targets.values.size(); ++i)
      if (!(1 + spec.poisson_ratio * static_cast<double>(targets.values[i]) >= -1e-4))
        return refuse(fmt::format("poisson needs targets of at least 0, row {} has less", i + 1));
  const std::size_t given = labels ? targets.labels.size() : targets.values.size();
  if (given != rows) return refuse(fmt::format("{} {} for {} rows", given, labels ? "labels" : "target values", rows));
  const std::size_t classes = std::max<std::size_t>(spec.outputs, 2);
  for (std::size_t i = 0; labels && i < rows; ++i)
    if (targets.labels[i] < 0 || static_cast<std::size_t>(targets.labels[i]) >= classes)
      return refuse(fmt::format("row {} has label {}: allowed is 0 .. {}", i + 1, targets.labels[i], classes - 1));
  for (std::size_t i = 0; !labels && i < rows; ++i)
    if (!std::isfinite(targets.values[i]))
      return refuse(
          fmt::format("row {} has target {}: it must be finite", i + 1, number_text(double{targets.values[i]})));
  for (const std::uint32_t row : chosen)
    if (row >= rows) return refuse(fmt::format("row {} of {} is to be trained on: there is none", row + 1, rows));
  const std::size_t trained = chosen.empty() ? rows : chosen.size();
  if (spec.norm == NormKind::batch && (trained < 2 || options.batch < 2))
    return refuse(fmt::format("batch norm needs minibatches of at least 2 rows; batch is {}, rows are {}",
                              options.batch, trained));
  return {};
}

std::size_t largest_batch(std::size_t batch, std::size_t rows) {
  if (batch >= rows) return rows;
  return batch > 1 && rows % batch == 1 ? batch + 1 : batch;
}

Result<void> check_memory(const NetworkSpec& spec, const TrainOptions& options, std::size_t rows, double limit_bytes) {
  const auto& row = optimizer_row(options.optimizer);
  // Gradients, best weights and moments are as large as the parameters; Network counts the parameters themselves.
  const double copies = 2 + (options.average > 0 ? 1 : 0) + (options.accumulate > 1 ? 1 : 0) +
                        (row.first_moment ? 1 : 0) + (row.second_moment ? 1 : 0);
  const double bytes = copies * Layout::floats(spec) * sizeof(float) +
                       Network::memory_bytes(spec, largest_batch(options.batch, rows), true, options.precision) +
                       static_cast<double>(rows) * sizeof(std::uint32_t);
  if (bytes <= limit_bytes) return {};
  return refuse(
      fmt::format("training this network needs about {} beside the data, the limit is {}: take fewer units, "
                  "fewer layers, fewer input columns or a smaller batch",
                  bytes_text(bytes), bytes_text(limit_bytes)));
}

}  // namespace hone
