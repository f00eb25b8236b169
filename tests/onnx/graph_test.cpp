// Names within a graph, and what it refuses. Whether its files are right is judged by libonnx (tests/onnx_runtime).
#include "onnx/graph.hpp"

#include <gtest/gtest.h>

namespace hone {
namespace {

TEST(OnnxGraph, InputsAreCalledLikeTheirColumnsAndNoTwoAlike) {
  OnnxGraph graph;
  EXPECT_EQ(graph.input("age", OnnxType::float64, 1, "").value(), "age");
  const auto again = graph.input("age", OnnxType::text, 1, "");
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("'age'"), std::string::npos) << again.error().message;
  EXPECT_FALSE(graph.input("", OnnxType::text, 1, ""));
  EXPECT_EQ(graph.inputs().size(), 1u);
}

TEST(OnnxGraph, AnOutputGivesWayToAnInputOfItsName) {
  OnnxGraph graph;
  const OnnxTensor x = graph.input("value", OnnxType::float64, 1, "").value();
  EXPECT_EQ(graph.output(graph.cast(x, OnnxType::float32), "value", OnnxType::float32, 1, ""), "value_");
  EXPECT_EQ(graph.output(x, "label", OnnxType::float64, 1, ""), "label");
}

TEST(OnnxGraph, TensorsBetweenNeverTakeTheNameOfAColumn) {
  OnnxGraph graph;
  const OnnxTensor x = graph.input("x", OnnxType::float64, 1, "").value();
  const OnnxTensor made = graph.apply("Abs", {x});
  OnnxGraph other;
  const OnnxTensor taken = other.input(made, OnnxType::float64, 1, "").value();
  EXPECT_NE(other.apply("Abs", {taken}), taken);
  EXPECT_NE(graph.apply("Abs", {x}), made);
}

TEST(OnnxGraph, OneTensorAloneIsNotConcatenated) {
  OnnxGraph graph;
  const OnnxTensor x = graph.input("x", OnnxType::float32, 3, "").value();
  EXPECT_EQ(graph.concatenate({x}), x);
  EXPECT_NE(graph.concatenate({x, x}), x);
}

TEST(OnnxGraph, MoreThanAMessageCanHoldIsRefused) {
  OnnxGraph graph;
  const std::vector<float> values(1000);
  (void)graph.constant(std::span<const float>(values), {values.size()});
  EXPECT_TRUE(graph.model("small", "", {}));
  const auto model = graph.model("large", "", {}, 2048);
  ASSERT_FALSE(model);
  EXPECT_NE(model.error().message.find("end at 2 KiB"), std::string::npos) << model.error().message;
}

}  // namespace
}  // namespace hone
