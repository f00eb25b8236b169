/// A trained model: encoder, network, the weights of one or several members; what `hone predict` needs, nothing else.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/dataset.hpp"
#include "nn/metric.hpp"
#include "nn/trainer.hpp"
#include "space/value.hpp"

namespace hone {

struct Model {
  std::shared_ptr<const Encoder> encoder;
  NetworkSpec spec;
  std::vector<std::string> members;  ///< weights of each network of the ensemble, as Trainer::weights gives them
  Configuration configuration;       ///< the winner's hyperparameters
  std::string study;                 ///< where it came from
};

/// A line "hone-model 1", the header as JSON with its length, each member's weights, a checksum: docs/formats/model.md.
std::string model_content(const Model& model);
/// The same as a file, written so that a crash leaves no half file.
Result<void> save_model(const Model& model, const std::filesystem::path& path);
/// What a file holds. Errors, to stand behind the file's name: not a model file, newer format; `corrupt`: cut off,
/// checksum wrong, parts that contradict each other. Nothing is allocated by what the header claims.
Result<Model> parse_model(std::string_view content);
/// The same from a file: each error with the path and the cure.
Result<Model> load_model(const std::filesystem::path& path);

/// Predictions (rows, outputs), the mean over the ensemble: probabilities of every class, or values in encoded units,
/// kept within the range of the training targets.
Result<std::vector<float>> predict(const Model& model, const Features& features);
/// The same for the output of a trainer: binary cross-entropy's one column becomes two, regression is clamped.
void complete_predictions(const TargetInfo& target, LossKind loss, std::vector<float>& predictions);

/// Every metric that fits the task, by name.
std::map<std::string, double> score_all(const TargetInfo& target, std::span<const float> predictions,
                                        const Targets& targets);

}  // namespace hone
