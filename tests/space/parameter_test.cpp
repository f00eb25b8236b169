#include "space/parameter.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hone {
namespace {

std::string error_of(const Parameter& parameter) {
  const auto checked = validate(parameter);
  return checked ? "accepted" : checked.error().message;
}

TEST(Parameter, RefusesWithTheValueSeenAndTheCure) {
  using enum ParameterType;
  const std::vector<std::pair<Parameter, std::string>> table = {
      {{.name = "x", .low = 2, .high = 1}, "low = 2 and high = 1; swap them?"},
      {{.name = "x", .low = std::nan(""), .high = 1}, "low must be a finite number"},
      {{.name = "x", .low = -1e308, .high = 1e308}, "high - low must be a finite number"},
      {{.name = "x", .low = 0, .high = 1, .log = true}, "log needs low > 0, got 0"},
      {{.name = "x", .low = -1, .high = 1, .log = true}, "log needs low > 0, got -1"},
      {{.name = "x", .type = int_, .low = 0, .high = 1, .log = true}, "log needs low >= 1 for an int, got 0"},
      {{.name = "x", .low = 1, .high = 2, .log = true, .step = 1}, "log and step exclude each other"},
      {{.name = "x", .low = 0, .high = 1, .step = 0.3}, "the nearest high is 0.9"},
      {{.name = "x", .low = 0, .high = 1, .step = 3}, "the nearest high is 3"},
      {{.name = "x", .type = int_, .low = 1, .high = 6, .step = 2}, "the nearest high is 7"},
      {{.name = "x", .low = 0, .high = 1, .step = -0.5}, "step must be a number above zero, got -0.5"},
      {{.name = "x", .type = int_, .low = 0, .high = 1, .step = 0.5}, "step must be a whole number above zero"},
      {{.name = "x", .low = 0, .high = 1e9, .step = 1e-9}, "more than 2^50 values"},
      {{.name = "x", .type = int_, .low = 0.5, .high = 1}, "low of an int must be a whole number"},
      {{.name = "x", .type = int_, .low = 0, .high = 0x1p54}, "within +-2^53"},
      {{.name = "x", .type = int_, .low = -0x1p52, .high = 0x1p52}, "more than 2^50 values"},
      {{.name = "x", .type = int_, .low = 1, .high = 0x1p41, .log = true}, "a log int goes up to 2^40"},
      {{.name = "x", .type = categorical}, "at least one value"},
      {{.name = "x", .type = categorical, .choices = {1.0, std::string("a"), 1.0}}, "got 1.0 twice"},
      {{.name = "x", .type = ordinal, .choices = {HUGE_VAL}}, "must be finite"},
      {{.name = "x", .low = 0, .high = 1, .defaults = {2.0}}, "default must be from 0 to 1, got 2"},
      {{.name = "x", .low = 0, .high = 1, .step = 0.1, .defaults = {0.25}}, "default must be 0 plus a multiple of 0.1"},
      {{.name = "x", .low = 0, .high = 1, .defaults = {0.1, 0.2}}, "a list goes with repeat"},
      {{.name = "x", .type = boolean, .defaults = {std::int64_t{1}}}, "default must be one of false, true"},
      {{.name = "x", .type = categorical, .choices = {std::string("a")}, .defaults = {std::string("b")}}, "one of 'a'"},
      {{.name = "x.1"}, "'x.1' is not a name"},
      {{.name = ""}, "is not a name"},
      {{.name = "1x"}, "not beginning with a digit"},
  };
  for (const auto& [parameter, part] : table) {
    const std::string message = error_of(parameter);
    EXPECT_NE(message.find(part), std::string::npos) << message << "\nlacks: " << part;
  }
}

TEST(Parameter, AcceptsWhatMakesSense) {
  using enum ParameterType;
  EXPECT_EQ(error_of({.name = "x", .low = 5, .high = 5, .step = 0.7}), "accepted");
  EXPECT_EQ(error_of({.name = "x", .low = 0, .high = 1, .step = 1.0 / 3}), "accepted");
  EXPECT_EQ(error_of({.name = "x", .low = 0.1, .high = 0.7, .step = 0.2}), "accepted");
  EXPECT_EQ(error_of({.name = "x", .low = 7, .high = 7.0000003, .step = 1e-7}), "accepted") << "rounding of high - low";
  EXPECT_EQ(error_of({.name = "x", .type = categorical, .choices = {std::int64_t{1}, 1.0, std::string("1"), true}}),
            "accepted");
  EXPECT_EQ(error_of({.name = "x", .type = boolean, .defaults = {true}}), "accepted");
}

TEST(Parameter, InstanceNames) {
  EXPECT_EQ(parse_instance_name("units")->instance, 0u);
  EXPECT_EQ(parse_instance_name("units.12")->instance, 12u);
  EXPECT_EQ(parse_instance_name("units.12")->parameter, "units");
  for (const char* wrong : {"", ".1", "units.", "units.0", "units.01", "units.x", "units.1.2", "units.1234", "a b"})
    EXPECT_FALSE(parse_instance_name(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace hone
