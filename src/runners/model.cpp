#include "runners/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

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
                         {"numeric_frequencies", model.spec.numeric_frequencies},
                         {"hidden", model.spec.hidden},
                         {"activation", std::string(model.spec.activation->name)},
                         {"norm", std::string(norm_name(model.spec.norm))},
                         {"residual", model.spec.residual},
                         {"members", model.spec.members},
                         {"front_scale", model.spec.front_scale},
                         {"parametric_activation", model.spec.parametric_activation},
                         {"dropout", model.spec.dropout},
                         {"outputs", model.spec.outputs},
                         {"loss", loss_names()[static_cast<std::size_t>(model.spec.loss)]},
                         {"poisson_ratio", model.spec.poisson_ratio}};
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

/// A header as `hone fit` writes it nests less deeply; the functions of the library recurse.
constexpr int depth_max = 20;

/// Nothing if it is no JSON or nested too deeply.
std::optional<nlohmann::json> parse_header(std::string_view text) {
  bool too_deep = false;
  const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > depth_max;
    return !too_deep;
  };
  auto json = nlohmann::json::parse(text, shallow, false);
  if (too_deep || json.is_discarded()) return std::nullopt;
  return json;
}

/// A size, from 0 to 2^53; what a file says is not believed to be one.
Result<std::size_t> size_in(const nlohmann::json& json, const char* name) {
  const auto& value = json.at(name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > (std::uint64_t{1} << 53))
    return fail(Error::Kind::corrupt, fmt::format("{} is {}: a whole number is needed", name, value.dump()));
  return value.get<std::size_t>();
}

Result<std::vector<std::size_t>> sizes_in(const nlohmann::json& json, const char* name) {
  std::vector<std::size_t> sizes;
  if (!json.at(name).is_array()) return fail(Error::Kind::corrupt, fmt::format("{} is no list", name));
  for (const auto& item : json.at(name)) {
    HONE_TRY(const std::size_t size, size_in({{name, item}}, name));
    sizes.push_back(size);
  }
  return sizes;
}

/// May throw nlohmann's exceptions; the caller turns them into an error.
Result<NetworkSpec> spec_from(const nlohmann::json& network) {
  NetworkSpec spec;
  HONE_TRY(spec.dense_width, size_in(network, "dense_width"));
  HONE_TRY(spec.cardinalities, sizes_in(network, "cardinalities"));
  HONE_TRY(spec.embedding_widths, sizes_in(network, "embedding_widths"));
  if (network.contains("numeric_bins")) {  // models from before these do not have them
    HONE_TRY(spec.numeric_columns, sizes_in(network, "numeric_columns"));
    HONE_TRY(spec.numeric_bins, size_in(network, "numeric_bins"));
  }
  HONE_TRY(spec.hidden, sizes_in(network, "hidden"));
  HONE_TRY(spec.activation, find_activation(network.at("activation").get<std::string>()));
  if (network.contains("norm")) {  // nor these
    HONE_TRY(spec.numeric_frequencies, size_in(network, "numeric_frequencies"));
    HONE_TRY(spec.norm, find_norm(network.at("norm").get<std::string>()));
    spec.residual = network.at("residual").get<bool>();
    HONE_TRY(spec.members, size_in(network, "members"));
    spec.poisson_ratio = network.at("poisson_ratio").get<double>();
  } else if (network.at("batch_norm").get<bool>()) {
    spec.norm = NormKind::batch;
  }
  if (network.contains("front_scale")) {  // nor these two
    spec.front_scale = network.at("front_scale").get<double>();
    spec.parametric_activation = network.at("parametric_activation").get<double>();
  }
  spec.dropout = network.at("dropout").get<double>();
  HONE_TRY(spec.outputs, size_in(network, "outputs"));
  HONE_TRY(spec.loss, find_loss(network.at("loss").get<std::string>()));
  return spec;
}

/// Whether the network takes what the encoder gives, and gives what the target needs.
bool fit_together(const NetworkSpec& spec, const Encoder& encoder) {
  const TargetInfo& target = encoder.target();
  const bool one_logit = spec.loss == LossKind::binary_cross_entropy && target.outputs() == 2 && spec.outputs == 1;
  return spec.dense_width == encoder.dense_width() && spec.cardinalities == encoder.cardinalities() &&
         loss_task(spec.loss) == target.task && (one_logit || spec.outputs == target.outputs());
}

/// May throw nlohmann's exceptions; the caller turns them into an error.
Result<Model> model_from(const nlohmann::json& header, std::string_view weights) {
  Model model;
  HONE_TRY(model.spec, spec_from(header.at("network")));
  HONE_TRY(std::unique_ptr<Encoder> encoder, parse_encoder(header.at("encoder").dump()));
  model.encoder = std::move(encoder);
  if (!fit_together(model.spec, *model.encoder))
    return fail(Error::Kind::corrupt, "its encoder and its network do not fit together");
  for (const auto& [name, value] : header.at("configuration").items())
    model.configuration.set(name, value_from_json(value));
  model.study = header.at("study").get<std::string>();
  HONE_TRY(const std::size_t members, size_in(header, "members"));
  HONE_TRY(const std::size_t size, size_in(header, "weight_bytes"));
  if (members == 0 || size == 0 || weights.size() / size != members || weights.size() % size != 0)
    return fail(Error::Kind::corrupt, "its weights do not have the size that the header says");
  for (std::size_t i = 0; i < members; ++i) model.members.emplace_back(weights.substr(i * size, size));
  HONE_TRY_VOID(Predictor::check(model.spec, model.members.front()));
  return model;
}

}  // namespace

std::string model_content(const Model& model) {
  const std::string header = header_of(model).dump();
  std::string content(magic);
  content += fmt::format("{}\n", header.size());
  content += header;
  content += '\n';
  for (const std::string& weights : model.members) content += weights;
  content += hash_text(content);
  return content;
}

Result<void> save_model(const Model& model, const std::filesystem::path& path) {
  return write_file(path, model_content(model), true);
}

Result<Model> parse_model(std::string_view content) {
  const auto damaged = [](std::string_view why) {
    return fail(Error::Kind::corrupt, fmt::format("is damaged ({})", why));
  };
  constexpr std::size_t checksum_size = 16;
  if (!content.starts_with("hone-model ")) return refuse("is not a model file of hone");
  if (!content.starts_with(magic.substr(0, std::min(magic.size(), content.size()))))
    return refuse("was written by a newer hone");
  const std::size_t line = content.find('\n', magic.size());
  if (line == std::string_view::npos || content.size() < line + 2 + checksum_size)
    return fail(Error::Kind::corrupt, "is cut off");
  const auto header_size = parse_integer(content.substr(magic.size(), line - magic.size()));
  const std::string_view body = content.substr(0, content.size() - checksum_size);
  if (hash_text(body) != content.substr(body.size())) return damaged("its checksum does not fit");
  if (!header_size || *header_size < 0 || static_cast<std::size_t>(*header_size) > body.size() - line - 2)
    return damaged("its header is cut off");
  const auto header_length = static_cast<std::size_t>(*header_size);
  const auto header = parse_header(body.substr(line + 1, header_length));
  if (!header) return damaged("its header is no JSON");
  try {
    auto model = model_from(*header, body.substr(line + 2 + header_length));
    if (!model) return damaged(model.error().message);
    return model;
  } catch (const nlohmann::json::exception& error) {
    return damaged(error.what());
  }
}

Result<Model> load_model(const std::filesystem::path& path) {
  HONE_TRY(const std::string content, read_file(path));
  auto model = parse_model(content);
  if (!model)
    return fail(model.error().kind,
                fmt::format("'{}' {}; train it again with `hone fit`", path.string(), model.error().message));
  return model;
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
