/// Losses: one row each. A loss turns logits into a mean loss and its gradient.
#pragma once
#include <span>
#include <string_view>

#include "data/features.hpp"
#include "kernels/kernels.hpp"
#include "nn/trainer.hpp"

namespace hone {

/// One minibatch at the output layer. Matrices in column panels (kernels/kernels.hpp), padding of `gradient` stays 0.
struct LossBatch {
  const float* logits;
  float* gradient;  ///< out: d(mean loss) / d(logit)
  std::size_t stride, rows, outputs;
  const std::uint32_t* order;  ///< (rows) places in `targets`
  const Targets* targets;
  double label_smoothing, huber_delta;
  float *scratch_a, *scratch_b;  ///< (rows, rounded up to 16)
};

struct LossRow {
  LossKind kind;
  std::string_view name, summary;
  Task task;
  double (*batch)(const Kernels& kernels, const LossBatch& batch);  ///< mean loss of the rows
};

std::span<const LossRow> all_losses();
const LossRow& loss_row(LossKind kind);

}  // namespace hone
