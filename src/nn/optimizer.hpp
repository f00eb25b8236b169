/// Optimizers: one row each, and the numbers of one step.
#pragma once
#include <span>
#include <string_view>

#include "kernels/kernels.hpp"
#include "nn/trainer.hpp"

namespace hone {

struct OptimizerRow {
  OptimizerKind kind;
  std::string_view name, summary;
  UpdateKernel kernel;
  bool first_moment, second_moment;  ///< which state it keeps
  bool bias_correction;              ///< moments start at 0 and are corrected for it
  bool decoupled_decay;              ///< weight decay shrinks the weights instead of joining the gradient
};

std::span<const OptimizerRow> all_optimizers();
const OptimizerRow& optimizer_row(OptimizerKind kind);

/// RMSprop's forgetting factor: fixed, because Adam's beta2 without its bias correction starts with huge steps.
constexpr double rmsprop_decay = 0.9;

/// Running products beta^t, kept instead of computed, so that no library function is needed.
struct BetaPowers {
  double beta1 = 1, beta2 = 1;
};

/// The numbers of one step at this learning rate, without pointers; with this weight decay. Call once per step:
/// advances `powers`.
Update update_numbers(const OptimizerRow& row, const TrainOptions& options, double rate, double weight_decay,
                      double gradient_scale, BetaPowers& powers);

}  // namespace hone
