// Any bytes as a model file: what differs from what was written is refused by its checksum; with a checksum and a
// length of the header made to fit, it is refused or predicts, and what is then exported is written or refused.
#include "runners/model.hpp"
#include "base/check.hpp"
#include "base/files.hpp"
#include "fuzz/sealed_edits.hpp"
#include "runners/model_onnx.hpp"

namespace {

using namespace hone;

constexpr std::string_view encoder_text = R"({"format":1,"kind":"table","target":{"task":"classification","name":"y",
"classes":["a","b","c"]},"columns":[{"name":"n","role":"numeric","indicator":true,
"scaling":{"center":0,"mean":0,"deviation":1}},{"name":"e","role":"embedding","levels":["u","v"]},
{"name":"c","role":"categorical","indicator":false,"levels":["r","s"]}]})";

/// A small model with every kind of layer.
std::string right_content() {
  auto encoder = parse_encoder(encoder_text);
  HONE_CHECK(encoder.has_value(), "the encoder above is right");
  Model model;
  model.encoder = std::move(*encoder);
  NetworkSpec& spec = model.spec;
  spec.dense_width = model.encoder->dense_width();
  spec.cardinalities = model.encoder->cardinalities();
  spec.embedding_widths = {2};
  spec.numeric_columns = {0};
  spec.numeric_bins = 3;
  spec.hidden = {3, 2};
  spec.norm = NormKind::batch;
  spec.activation = *find_activation("relu");
  spec.outputs = 3;
  Features features;
  features.rows = 4;
  features.dense_width = spec.dense_width;
  for (std::size_t i = 0; i < 4 * spec.dense_width; ++i) features.dense.push_back(static_cast<float>(i % 5));
  features.category_width = 1;
  features.categories = {0, 1, 2, 1};
  Targets targets;
  targets.labels = {0, 1, 2, 1};
  const auto trainer = Trainer::create(spec, {}, {}, features, targets);
  HONE_CHECK(trainer.has_value(), "the small model can be trained");
  model.members = {(*trainer)->weights(), (*trainer)->weights()};
  model.study = "s";
  model.configuration.set("units", std::int64_t{3});
  return model_content(model);
}

/// The length of the header and the checksum, as they would have been written.
void seal(std::string& content, std::size_t header_growth) {
  const std::size_t first = content.find('\n');
  const std::size_t second = first == std::string::npos ? first : content.find('\n', first + 1);
  if (second == std::string::npos || content.size() < second + 17) return;
  content.resize(content.size() - 16);
  std::size_t length = 0;
  for (const char c : content.substr(first + 1, second - first - 1))
    if (c >= '0' && c <= '9' && length < (std::size_t{1} << 40))
      length = 10 * length + static_cast<std::size_t>(c - '0');
  content.replace(first + 1, second - first - 1, std::to_string(length + header_growth));
  content += hash_text(content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string right = right_content();
  FuzzInput input = fuzz_input(data, size, right);
  // Edits fall into the header mostly: what they add is added to its length.
  if (input.sealed) seal(input.content, input.edited ? input.content.size() - right.size() : 0);
  const auto model = parse_model(input.content);
  HONE_CHECK(input.sealed || !model || input.content == right, "a checksum sees every difference");
  if (!model) {
    HONE_CHECK(!model.error().message.empty(), "a refusal says why");
    return 0;
  }
  Features features;
  features.rows = 3;
  features.dense_width = model->encoder->dense_width();
  features.dense.assign(3 * features.dense_width, 0.5f);
  for (std::size_t row = 0; row < 3; ++row)
    for (const std::size_t levels : model->encoder->cardinalities())
      features.categories.push_back(static_cast<std::int32_t>(row < levels ? row : 0));
  features.category_width = model->encoder->cardinalities().size();
  const auto predictions = predict(*model, features);
  HONE_CHECK(predictions.has_value(), "a model that was read predicts");
  HONE_CHECK(predictions->size() == 3 * model->encoder->target().outputs(), "a value for each class of each row");
  const auto exported = model_to_onnx(*model);
  HONE_CHECK(exported || !exported.error().message.empty(), "a refusal says why");
  return 0;
}
