/// A trained network as operators of ONNX.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "data/dataset.hpp"
#include "nn/trainer.hpp"

namespace hone {

/// What Predictor::predict computes, float32 (rows, outputs), from `weights` as Trainer::weights gives them.
/// Errors: `corrupt` when their size does not fit; a part of the network that has no operators here, by name.
Result<std::string> network_to_onnx(OnnxGraph& graph, const NetworkSpec& spec, std::string_view weights,
                                    const OnnxFeatures& features);

}  // namespace hone
