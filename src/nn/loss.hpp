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
  std::size_t stride, rows;
  const std::uint32_t* order;  ///< (rows) places in `targets`
  const Targets* targets;
  const NetworkSpec* spec;       ///< outputs and the numbers of the loss
  double label_smoothing;        ///< of losses of classes
  const float* class_weights;    ///< (classes), or null: 1 each
  float *scratch_a, *scratch_b;  ///< (rows, rounded up to 16)
};

/// Outputs of a network, to become predictions in place.
struct OutputMatrix {
  float* z;
  std::size_t stride, rows;
};

struct LossRow {
  LossKind kind;
  std::string_view name, summary;
  Task task;
  bool many_outputs;                                                ///< one for each class; else exactly one output
  double (*batch)(const Kernels& kernels, const LossBatch& batch);  ///< mean loss of the rows
  /// Outputs become probabilities or scaled values. `scratch`: 2 * rows floats.
  void (*link)(const Kernels& kernels, const NetworkSpec& spec, const OutputMatrix& outputs, float* scratch);
};

std::span<const LossRow> all_losses();
const LossRow& loss_row(LossKind kind);

}  // namespace hone
