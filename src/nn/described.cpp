#include "nn/described.hpp"

#include <fmt/format.h>

#include "nn/loss.hpp"
#include "nn/optimizer.hpp"
#include "nn/schedule.hpp"

namespace hone {

std::string described(const NetworkSpec& spec, const TrainOptions& options) {
  const auto& [dense_width, cardinalities, embedding_widths, numeric_columns, numeric_bins, numeric_frequencies,
               frequency_scale, hidden, activation, norm, residual, dropout, members, base_width, ntk, bias_rate,
               numeric_rate, front_scale, parametric_activation, data_start, outputs, loss, huber_delta, focal_gamma,
               quantile, poisson_ratio] = spec;
  const auto& [optimizer, learning_rate, momentum, beta1, beta2, epsilon, weight_decay, batch, schedule, fade, warmup,
               max_epochs, accumulate, label_smoothing, mixup, class_balance, clip_norm, average, precision] = options;
  const std::string shape = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", dense_width,
      fmt::join(cardinalities, ","), fmt::join(embedding_widths, ","), fmt::join(numeric_columns, ","), numeric_bins,
      numeric_frequencies, frequency_scale, fmt::join(hidden, ","), activation->name, norm_name(norm), residual,
      dropout, members, base_width, ntk, bias_rate, numeric_rate, front_scale, parametric_activation, data_start,
      outputs, loss_row(loss).name, huber_delta, focal_gamma, quantile, poisson_ratio);
  return shape +
         fmt::format(" | {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", optimizer_row(optimizer).name,
                     learning_rate, momentum, beta1, beta2, epsilon, weight_decay, batch, schedule_row(schedule).name,
                     schedule_row(fade).name, warmup, max_epochs, accumulate, label_smoothing, mixup, class_balance,
                     clip_norm, average) +
         (precision == Precision::float32 ? "" : fmt::format(" {}", precision_name(precision)));
}

}  // namespace hone
