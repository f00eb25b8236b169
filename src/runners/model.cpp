#include "runners/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

constexpr std::string_view magic = "hone-model 1\n";

nlohmann::json header_of(const Model& model) {
  nlohmann::json spec = {{"dense_width", model.spec.dense_width},
                         {"cardinalities", model.spec.cardinalities},
                         {"embedding_widths", model.spec.embedding_widths},
                         {"numeric_columns", model.spec.numeric_columns},
                         {"numeric_bins", model.spec.numeric_bins},
                         {"hidden", model.spec.hidden},
                         {"activation", std::string(model.spec.activation->name)},
                         {"batch_norm", model.spec.batch_norm},
                         {"dropout", model.spec.dropout},
                         {"outputs", model.spec.outputs},
                         {"loss", loss_names()[static_cast<std::size_t>(model.spec.loss)]},
                         {"huber_delta", model.spec.huber_delta}};
  return {{"version", HONE_VERSION},
          {"study", model.study},
          {"network", std::move(spec)},
          {"encoder", nlohmann::json::parse(model.encoder->to_json())},
          {"configuration", nlohmann::json::parse(model.configuration.json())},
          {"members", model.members.size()},
          {"weight_bytes", model.members.empty() ? 0 : model.members.front().size()}};
}

Value value_from_json(const nlohmann::json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  return Null{};
}

/// May throw nlohmann's exceptions; the caller turns them into an error.
Result<Model> model_from(const nlohmann::json& header, std::string_view weights) {
  Model model;
  const auto& network = header.at("network");
  model.spec.dense_width = network.at("dense_width").get<std::size_t>();
  model.spec.cardinalities = network.at("cardinalities").get<std::vector<std::size_t>>();
  model.spec.embedding_widths = network.at("embedding_widths").get<std::vector<std::size_t>>();
  if (network.contains("numeric_bins")) {  // models of 0.1 before it lack both
    model.spec.numeric_columns = network.at("numeric_columns").get<std::vector<std::size_t>>();
    model.spec.numeric_bins = network.at("numeric_bins").get<std::size_t>();
  }
  model.spec.hidden = network.at("hidden").get<std::vector<std::size_t>>();
  HONE_TRY(model.spec.activation, find_activation(network.at("activation").get<std::string>()));
  model.spec.batch_norm = network.at("batch_norm").get<bool>();
  model.spec.dropout = network.at("dropout").get<double>();
  model.spec.outputs = network.at("outputs").get<std::size_t>();
  HONE_TRY(model.spec.loss, find_loss(network.at("loss").get<std::string>()));
  model.spec.huber_delta = network.at("huber_delta").get<double>();
  HONE_TRY(std::unique_ptr<Encoder> encoder, parse_encoder(header.at("encoder").dump()));
  model.encoder = std::move(encoder);
  for (const auto& [name, value] : header.at("configuration").items())
    model.configuration.set(name, value_from_json(value));
  model.study = header.at("study").get<std::string>();
  const auto members = header.at("members").get<std::size_t>();
  const auto size = header.at("weight_bytes").get<std::size_t>();
  if (members == 0 || size == 0 || weights.size() / size != members || weights.size() % size != 0)
    return fail(Error::Kind::corrupt, "the weights do not have the size that the header says");
  for (std::size_t i = 0; i < members; ++i) model.members.emplace_back(weights.substr(i * size, size));
  return model;
}

}  // namespace

Result<void> save_model(const Model& model, const std::filesystem::path& path) {
  const std::string header = header_of(model).dump();
  std::string content(magic);
  content += fmt::format("{}\n", header.size());
  content += header;
  content += '\n';
  for (const std::string& weights : model.members) content += weights;
  content += hash_text(content);
  return write_file(path, content, true);
}

Result<Model> load_model(const std::filesystem::path& path) {
  HONE_TRY(const std::string content, read_file(path));
  const auto wrong = [&](std::string_view what) {
    return refuse(fmt::format("'{}' {}; train it again with `hone fit`", path.string(), what));
  };
  constexpr std::size_t checksum_size = 16;
  std::string_view rest(content);
  if (!rest.starts_with("hone-model ")) return wrong("is not a model file of hone");
  if (!rest.starts_with(magic)) return wrong("was written by a newer hone");
  const std::size_t line = rest.find('\n', magic.size());
  if (line == std::string_view::npos || rest.size() < line + 1 + checksum_size) return wrong("is cut off");
  const auto header_size = parse_integer(rest.substr(magic.size(), line - magic.size()));
  const std::string_view body = rest.substr(0, rest.size() - checksum_size);
  if (hash_text(body) != rest.substr(body.size())) return wrong("is damaged (its checksum does not fit)");
  if (!header_size || *header_size < 0 || static_cast<std::size_t>(*header_size) > body.size() - line - 2)
    return wrong("is damaged (its header is cut off)");
  const auto header_length = static_cast<std::size_t>(*header_size);
  try {
    const auto header = nlohmann::json::parse(body.substr(line + 1, header_length));
    return model_from(header, body.substr(line + 2 + header_length));
  } catch (const nlohmann::json::exception& error) {
    return wrong(fmt::format("is damaged ({})", error.what()));
  }
}

void complete_predictions(const TargetInfo& target, LossKind loss, std::vector<float>& predictions) {
  if (target.task == Task::regression) {
    const auto low = static_cast<float>((target.low - target.mean) / target.scale);
    const auto high = static_cast<float>((target.high - target.mean) / target.scale);
    for (float& value : predictions)
      if (value == value) value = std::clamp(value, low, high);  // NaN stays NaN
  } else if (loss == LossKind::binary_cross_entropy) {
    std::vector<float> both(predictions.size() * 2);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      both[2 * i] = 1 - predictions[i];
      both[2 * i + 1] = predictions[i];
    }
    predictions = std::move(both);
  }
}

Result<std::vector<float>> predict(const Model& model, const Features& features) {
  std::vector<float> mean, own;
  for (const std::string& weights : model.members) {
    HONE_TRY(const auto predictor, Predictor::create(model.spec, weights));
    predictor->predict(features, own);
    complete_predictions(model.encoder->target(), model.spec.loss, own);
    mean.resize(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) mean[i] += own[i];
  }
  for (float& value : mean) value /= static_cast<float>(model.members.size());
  return mean;
}

std::map<std::string, double> score_all(const TargetInfo& target, std::span<const float> predictions,
                                        const Targets& targets) {
  std::map<std::string, double> scores;
  for (const Metric& metric : all_metrics())
    if (metric.task == target.task && !(metric.binary_only && target.classes.size() != 2))
      scores[std::string(metric.name)] = metric.score(target, predictions, targets);
  return scores;
}

}  // namespace hone
