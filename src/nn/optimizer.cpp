#include "nn/optimizer.hpp"

#include <cmath>

#include "nn/names.hpp"

namespace hone {
namespace {

constexpr OptimizerRow table[] = {
    {OptimizerKind::sgd, "sgd", "w -= rate g", UpdateKernel::sgd, false, false, false, false},
    {OptimizerKind::momentum, "momentum", "m = mu m + g; w -= rate m (Polyak 1964)", UpdateKernel::momentum, true,
     false, false, false},
    {OptimizerKind::nesterov, "nesterov", "m = mu m + g; w -= rate (g + mu m) (Sutskever et al. 2013)",
     UpdateKernel::nesterov, true, false, false, false},
    {OptimizerKind::rmsprop, "rmsprop",
     "v = 0.9 v + 0.1 g^2; w -= rate g / (sqrt(v) + epsilon) (Tieleman, Hinton 2012)", UpdateKernel::rmsprop, false,
     true, false, false},
    {OptimizerKind::adam, "adam", "moments of g and g^2, corrected for their start (Kingma, Ba 2015)",
     UpdateKernel::adam, true, true, true, false},
    {OptimizerKind::adamw, "adamw", "adam with weight decay apart from the gradient (Loshchilov, Hutter 2019)",
     UpdateKernel::adam, true, true, true, true},
};

}  // namespace

std::span<const OptimizerRow> all_optimizers() {
  return table;
}
const OptimizerRow& optimizer_row(OptimizerKind kind) {
  return row_of(all_optimizers(), kind);
}

Update update_numbers(const OptimizerRow& row, const TrainOptions& options, double rate, double weight_decay,
                      double gradient_scale, BetaPowers& powers) {
  const double beta2 = row.bias_correction ? options.beta2 : rmsprop_decay;
  double root_correction = 1, step = rate;
  if (row.bias_correction) {
    powers.beta1 *= options.beta1;
    powers.beta2 *= options.beta2;
    root_correction = 1 / std::sqrt(1 - powers.beta2);
    step = rate / (1 - powers.beta1);
  }
  Update u{};
  u.gradient_scale = static_cast<float>(gradient_scale);
  u.decay = row.decoupled_decay ? 0.0f : static_cast<float>(weight_decay);
  u.keep = row.decoupled_decay ? static_cast<float>(1 - rate * weight_decay) : 1.0f;
  u.rate = static_cast<float>(step);
  u.momentum = static_cast<float>(options.momentum);
  u.one_minus_beta1 = static_cast<float>(1 - options.beta1);
  u.one_minus_beta2 = static_cast<float>(1 - beta2);
  u.root_correction = static_cast<float>(root_correction);
  u.epsilon = static_cast<float>(options.epsilon);
  return u;
}

Result<OptimizerKind> find_optimizer(std::string_view name) {
  return find_kind(all_optimizers(), name, "optimizer");
}
std::vector<std::string> optimizer_names() {
  return names_of(all_optimizers());
}

}  // namespace hone
