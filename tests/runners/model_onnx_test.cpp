// What cannot be exported is refused by name. What can is compared with onnxruntime (tests/onnx_runtime).
#include "runners/model_onnx.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "data/table_encoder.hpp"
#include "nn/layout.hpp"
#include "onnx/graph.hpp"

namespace hone {
namespace {

TargetInfo two_classes() {
  TargetInfo target;
  target.name = "y";
  target.classes = {"no", "yes"};
  return target;
}

ColumnCode numeric(const std::string& name) {
  ColumnCode code;
  code.name = name;
  return code;
}

ColumnCode date(const std::string& name) {
  ColumnCode code;
  code.name = name;
  code.role = ColumnRole::date;
  code.parts[1] = NumericScaling{};
  return code;
}

Model model_of(std::vector<ColumnCode> columns) {
  Model model;
  model.encoder = std::make_shared<TableEncoder>(two_classes(), std::move(columns));
  model.spec.dense_width = model.encoder->dense_width();
  model.spec.hidden = {4};
  model.spec.activation = find_activation("relu").value();
  model.spec.outputs = 2;
  model.members = {std::string(Layout(model.spec).values * sizeof(float), '\0')};
  return model;
}

std::string refusal(const Model& model) {
  const auto file = model_to_onnx(model);
  return file ? "" : file.error().message;
}

TEST(ModelToOnnx, EmbeddedNumbersNeedNoFurtherInput) {
  Model model = model_of({numeric("age"), date("born")});
  model.spec.numeric_columns = model.encoder->numeric_columns();
  model.spec.numeric_bins = 20;
  EXPECT_NE(refusal(model), "");  // weights of another network
  model.members = {std::string(Layout(model.spec).values * sizeof(float), '\0')};
  EXPECT_EQ(refusal(model), "");
  EXPECT_EQ(model_to_onnx(model)->inputs.size(), 2u);
}

TEST(ModelToOnnx, SaysWhatGoesInAndOut) {
  const auto file = model_to_onnx(model_of({numeric("age"), date("born")}));
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->inputs.size(), 2u);
  EXPECT_EQ(file->inputs[0].name, "age");
  EXPECT_EQ(file->inputs[0].type, "float64");
  EXPECT_EQ(file->inputs[1].name, "born.month");
  ASSERT_EQ(file->outputs.size(), 2u);
  EXPECT_EQ(file->outputs[0].type, "string");
  EXPECT_EQ(file->outputs[1].name, "probabilities");
  EXPECT_EQ(file->outputs[1].width, 2u);
}

TEST(ModelToOnnx, CategoriesOfWholeNumbersAreNumbersOthersTexts) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"1", "2", "3"}, "float64"}, {{"1", "2.5"}, "string"}, {{"-0", "0"}, "string"}, {{"1e+20", "7"}, "string"},
      {{"1e+05", "7"}, "float64"},  {{"1", "x"}, "string"},   {{}, "string"},
  };
  for (const auto& [levels, type] : cases) {
    ColumnCode code;
    code.name = "kind";
    code.role = ColumnRole::embedding;
    code.levels = levels;
    Model model = model_of({numeric("age"), code});
    model.spec.cardinalities = model.encoder->cardinalities();
    model.spec.embedding_widths = {2};
    model.members = {std::string(Layout(model.spec).values * sizeof(float), '\0')};
    const auto file = model_to_onnx(model);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->inputs[1].type, type) << join(levels, " ");
  }
}

TEST(ModelToOnnx, AColumnNamedLikeThePartOfADateIsRefused) {
  EXPECT_NE(refusal(model_of({numeric("born.month"), date("born")})).find("'born.month'"), std::string::npos);
}

TEST(ModelToOnnx, AnUnknownActivationOrLossIsRefusedByName) {
  Activation strange = *find_activation("relu").value();
  strange.name = "strange";
  strange.kernel = 999;
  Model model = model_of({numeric("age")});
  model.spec.activation = &strange;
  EXPECT_NE(refusal(model).find("'strange'"), std::string::npos) << refusal(model);
  model = model_of({numeric("age")});
  model.spec.outputs = 1;
  model.spec.loss = static_cast<LossKind>(99);
  model.members = {std::string(Layout(model.spec).values * sizeof(float), '\0')};
  EXPECT_NE(refusal(model).find("99"), std::string::npos) << refusal(model);
}

/// An encoder of a later version, say.
struct StrangeEncoder final : Encoder {
  TargetInfo info = two_classes();
  std::string to_json() const override { return "{}"; }
  const TargetInfo& target() const override { return info; }
  std::size_t dense_width() const override { return 1; }
  std::vector<std::size_t> cardinalities() const override { return {}; }
  std::vector<std::size_t> numeric_columns() const override { return {}; }
  Result<EncodedPart> encode_file(const std::string&, std::vector<std::string>&) const override { return refuse(""); }
  Result<OnnxFeatures> to_onnx(OnnxGraph&) const override { return refuse("sounds have no operators of ONNX"); }
};

TEST(ModelToOnnx, WhatTheEncoderCannotExpressIsPassedOn) {
  Model model = model_of({numeric("age")});
  model.encoder = std::make_shared<StrangeEncoder>();
  EXPECT_EQ(refusal(model), "sounds have no operators of ONNX");
}

TEST(ModelToOnnx, WeightsOrInputsThatDoNotFitTheNetworkAreRefused) {
  Model model = model_of({numeric("age")});
  model.members[0] += std::string(4, '\0');
  EXPECT_NE(refusal(model).find("damaged"), std::string::npos) << refusal(model);
  model = model_of({numeric("age")});
  model.spec.cardinalities = {3};
  model.spec.embedding_widths = {2};
  EXPECT_NE(refusal(model).find("do not fit together"), std::string::npos) << refusal(model);
}

}  // namespace
}  // namespace hone
