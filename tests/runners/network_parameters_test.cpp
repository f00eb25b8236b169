#include "runners/network_parameters.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

DataShape shape() {
  DataShape shape;
  shape.dense_width = 10;
  shape.cardinalities = {40};
  shape.outputs = 3;
  return shape;
}

Result<NetworkPlan> plan_of(const Configuration& configuration, const Configuration& fixed = {}) {
  return network_plan(configuration, fixed, shape(), 27);
}

TEST(NetworkParameters, ConfigurationWinsOverFixedOverDefaults) {
  Configuration configuration, fixed;
  configuration.set("layers", std::int64_t{3});
  configuration.set("units.1", std::int64_t{64});
  configuration.set("units.2", std::int64_t{32});
  fixed.set("layers", std::int64_t{1});
  fixed.set("dropout", 0.25);
  const auto plan = plan_of(configuration, fixed);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->spec.hidden, (std::vector<std::size_t>{64, 32, 128}));
  EXPECT_EQ(plan->spec.dropout, 0.25);
  EXPECT_EQ(plan->spec.activation->name, "relu");
  EXPECT_EQ(plan->options.max_epochs, 27);
  EXPECT_EQ(plan->spec.outputs, 3u);
  ASSERT_EQ(plan->spec.embedding_widths.size(), 1u);
  EXPECT_GT(plan->spec.embedding_widths[0], 1u);
}

TEST(NetworkParameters, EveryDefaultIsAllowed) {
  for (const NetworkParameter& row : network_parameters()) {
    Configuration configuration;
    const std::string text(row.otherwise);
    if (row.kind == NetworkParameter::Kind::name)
      configuration.set(std::string(row.name), text);
    else if (row.kind == NetworkParameter::Kind::flag)
      configuration.set(std::string(row.name), text == "true");
    else if (row.kind == NetworkParameter::Kind::whole)
      configuration.set(std::string(row.name), *parse_integer(text));
    else
      configuration.set(std::string(row.name), *parse_number(text));
    const auto plan = plan_of(configuration);
    EXPECT_TRUE(plan) << row.name << ": " << plan.error().message;
    EXPECT_FALSE(row.help.empty()) << row.name;
  }
}

TEST(NetworkParameters, WrongValuesAreRefusedByName) {
  const auto message = [](const std::string& name, Value value) {
    Configuration configuration;
    configuration.set(name, std::move(value));
    const auto plan = plan_of(configuration);
    return plan ? "accepted" : plan.error().message;
  };
  EXPECT_NE(message("learning_rat", 0.1).find("learning_rate"), std::string::npos);
  EXPECT_NE(message("learning_rate", -1.0).find("got -1"), std::string::npos);
  EXPECT_NE(message("layers", 2.5).find("whole number"), std::string::npos);
  EXPECT_NE(message("activation", std::string("relo")).find("relu"), std::string::npos);
  EXPECT_NE(message("residual", std::string("yes")).find("true or false"), std::string::npos);
  EXPECT_NE(message("loss", std::string("huber")).find("does not fit"), std::string::npos);
  EXPECT_NE(message("loss", std::string("binary_cross_entropy")).find("two classes"), std::string::npos);
}

TEST(NetworkParameters, TheDefaultSpaceIsUnderstoodEverywhere) {
  for (const Task task : {Task::classification, Task::regression})
    for (const std::size_t rows : {10u, 700u, 50'000u}) {
      DataShape data = shape();
      data.task = task;
      if (task == Task::regression) data.outputs = 1;
      const auto space = default_network_space(data, rows);
      ASSERT_TRUE(space) << space.error().message;
      EXPECT_TRUE(check_network_space(*space, {}));
      EXPECT_TRUE(space->find_axis("units.1"));
      ASSERT_TRUE(space->default_point());
      Rng rng(1, RngPurpose::simulation, static_cast<std::uint32_t>(rows));
      for (int i = 0; i < 100; ++i) {
        Point point(space->axes().size());
        for (double& unit : point) unit = rng.uniform();
        space->canonicalize(point);
        const auto plan = network_plan(space->configuration(point), {}, data, 27);
        ASSERT_TRUE(plan) << plan.error().message;
      }
    }
}

TEST(NetworkParameters, SpacesTheTrainerCannotUseAreRefused) {
  const auto refused = [](Parameter parameter) {
    auto space = Space::make({std::move(parameter)});
    EXPECT_TRUE(space) << space.error().message;
    const auto checked = check_network_space(*space, {});
    return checked ? "accepted" : checked.error().message;
  };
  Parameter unknown;
  unknown.name = "lerning_rate";
  EXPECT_NE(refused(unknown).find("did you mean 'learning_rate'"), std::string::npos);
  Parameter dropout;
  dropout.name = "dropout";
  dropout.high = 1.5;
  EXPECT_NE(refused(dropout).find("dropout"), std::string::npos);
  Parameter activation;
  activation.name = "activation";
  activation.type = ParameterType::categorical;
  activation.choices = {std::string("relu"), std::string("sine")};
  EXPECT_NE(refused(activation).find("sine"), std::string::npos);
}

}  // namespace
}  // namespace hone
