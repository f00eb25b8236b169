#include "space/space.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "space/random_space.hpp"

namespace hone {
namespace {

constexpr std::uint64_t cases = 300;

Parameter int_parameter(std::string name, double low, double high) {
  return {.name = std::move(name), .type = ParameterType::int_, .low = low, .high = high};
}

Parameter choice_parameter(std::string name, std::vector<Value> choices) {
  return {.name = std::move(name), .type = ParameterType::categorical, .choices = std::move(choices)};
}

Space seed_idea() {
  Parameter rate{.name = "rate", .low = 1e-5, .high = 1e-1, .log = true, .defaults = {1e-3}};
  Parameter units = int_parameter("units", 16, 512);
  units.log = true;
  units.repeat = "layers";
  units.defaults = {std::int64_t{64}, std::int64_t{32}};
  Parameter optimizer = choice_parameter("optimizer", {std::string("sgd"), std::string("adam")});
  Parameter momentum{.name = "momentum", .low = 0, .high = 0.99, .when = "optimizer == 'sgd'"};
  return Space::make({momentum, units, rate, int_parameter("layers", 1, 3), optimizer}, {"layers >= 3 and rate > 0.05"})
      .value();
}

std::string error_of(std::vector<Parameter> parameters, std::vector<std::string> forbid = {}) {
  const auto space = Space::make(std::move(parameters), std::move(forbid));
  return space ? "accepted" : space.error().message;
}

void expect_has(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << message << "\nlacks: " << part;
}

TEST(Space, RepeatedParameterHasOneAxisPerInstanceAfterItsCount) {
  const Space space = seed_idea();
  std::vector<std::string> names;
  for (const Axis& axis : space.axes()) names.push_back(axis.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"momentum", "units.1", "units.2", "units.3", "rate", "layers", "optimizer"}));
  EXPECT_EQ(space.axes()[1].levels, 497u);
  EXPECT_EQ(space.axes()[1].parents, (std::vector<std::size_t>{5}));
  EXPECT_EQ(space.axes()[0].parents, (std::vector<std::size_t>{6}));
  EXPECT_EQ(space.find_axis("units.3"), 3u);
  EXPECT_EQ(space.find_axis("units"), std::nullopt);
}

TEST(Space, ConfigurationHoldsActiveValuesOnly) {
  const Space space = seed_idea();
  Point point(7, 0.5);
  point[5] = 0.5;   // 2 layers
  point[6] = 0.75;  // adam
  const Configuration configuration = space.configuration(point);
  EXPECT_EQ(configuration.find("momentum"), nullptr);
  EXPECT_EQ(configuration.find("units.3"), nullptr);
  EXPECT_NE(configuration.find("units.2"), nullptr);
  EXPECT_EQ(*configuration.find("layers"), Value(std::int64_t{2}));
  EXPECT_EQ(*configuration.find("optimizer"), Value(std::string("adam")));
}

TEST(Space, DefaultPointTakesTheLastDefaultForFurtherInstances) {
  Space space = seed_idea();
  auto point = space.default_point();
  ASSERT_TRUE(point.has_value());
  (*point)[5] = 0.99;  // 3 layers
  (*point)[3] = space.encode(3, std::int64_t{32}).value();
  const Configuration at = space.configuration(*point);
  EXPECT_EQ(*at.find("units.1"), Value(std::int64_t{64}));
  EXPECT_EQ(*at.find("units.2"), Value(std::int64_t{32}));
  EXPECT_EQ(Space::make({int_parameter("a", 0, 3)}).value().default_point(), std::nullopt);
}

TEST(Space, ForbidAppliesToWhatIsActive) {
  const Space space = seed_idea();
  Configuration configuration;
  configuration.set("layers", std::int64_t{3});
  configuration.set("rate", 0.06);
  EXPECT_TRUE(space.forbidden(configuration));
  configuration.set("rate", 0.05);
  EXPECT_FALSE(space.forbidden(configuration));
}

TEST(Space, PointRefusesWhatCompleteForgives) {
  const Space space = seed_idea();
  Configuration configuration = space.configuration(Point(7, 0.9));
  EXPECT_TRUE(space.point(configuration).has_value());
  configuration.set("momentum", 0.5);
  expect_has(space.point(configuration).error().message, "'momentum' is inactive");
  EXPECT_TRUE(space.complete(configuration, Point(7, 0.5)).has_value());
  configuration.set("momentum", 1.5);
  expect_has(space.complete(configuration, Point(7, 0.5)).error().message, "from 0 to 0.99, got 1.5");
  Configuration few;
  few.set("layers", std::int64_t{1});
  expect_has(space.point(few).error().message, "is missing");
  const Configuration whole = space.configuration(space.complete(few, Point(7, 0.25)).value());
  EXPECT_EQ(*whole.find("layers"), Value(std::int64_t{1}));
  EXPECT_NE(whole.find("momentum"), nullptr);
  few.set("units", std::int64_t{32});
  expect_has(space.point(few).error().message, "units.1");
  Configuration unknown;
  unknown.set("layer", std::int64_t{1});
  expect_has(space.point(unknown).error().message, "did you mean 'layers'?");
}

TEST(Space, CountIsExactUnderConditions) {
  Parameter child = int_parameter("child", 1, 10);
  child.when = "mode == 'b'";
  Parameter units = choice_parameter("units", {std::int64_t{8}, std::int64_t{16}});
  units.repeat = "layers";
  const Space space = Space::make({units, child, int_parameter("layers", 0, 3),
                                   choice_parameter("mode", {std::string("a"), std::string("b")})})
                          .value();
  // (1 + 2 + 4 + 8) choices of units, 1 + 10 of mode and child.
  EXPECT_EQ(space.count(1000), 165u);
  EXPECT_EQ(space.count(165), 165u);
  EXPECT_EQ(space.count(164), std::nullopt);
  EXPECT_EQ(seed_idea().count(1'000'000), std::nullopt);  // continuous
  EXPECT_EQ(Space::make({int_parameter("x", 0, 0x1p49)}).value().count(1'000'000), std::nullopt);
  EXPECT_EQ(Space::make({}).value().count(10), 1u);
}

TEST(Space, CountEqualsEnumeration) {
  for (std::uint64_t seed = 0, done = 0; done < 60; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 3);
    const Space space = random_space(rng);
    std::uint64_t combinations = 1;
    for (const Axis& axis : space.axes()) combinations = std::min<std::uint64_t>(combinations * axis.levels, 20'000);
    if (combinations == 0 || combinations >= 20'000) continue;
    ++done;
    std::set<Point> distinct;
    std::vector<std::size_t> cell(space.axes().size());
    for (bool more = true; more;) {
      Point point(cell.size());
      for (std::size_t a = 0; a < cell.size(); ++a) point[a] = space.cell_unit(a, cell[a]);
      space.canonicalize(point);
      distinct.insert(point);
      more = false;
      for (std::size_t a = 0; a < cell.size() && !more; ++a)
        if (++cell[a] < space.axes()[a].levels)
          more = true;
        else
          cell[a] = 0;
    }
    EXPECT_EQ(space.count(1'000'000), distinct.size()) << "seed " << seed << '\n' << space.to_toml();
  }
}

TEST(SpaceProperty, PointsAndConfigurationsAreTheSameThing) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 0);
    const Space space = random_space(rng);
    SCOPED_TRACE(space.to_toml());
    for (int i = 0; i < 5; ++i) {
      Point point = random_point(space, rng);
      const Configuration before = space.configuration(point);
      const Mask mask = space.canonicalize(point);
      EXPECT_EQ(space.configuration(point), before);
      Point again = point;
      EXPECT_EQ(space.canonicalize(again), mask);
      EXPECT_EQ(again, point) << "canonicalize is idempotent";
      const auto back = space.point(before);
      ASSERT_TRUE(back.has_value()) << back.error().message;
      for (std::size_t a = 0; a < point.size(); ++a) {
        if (space.axes()[a].levels > 0 || !mask[a])
          EXPECT_EQ((*back)[a], point[a]) << space.axes()[a].name;
        else
          EXPECT_NEAR((*back)[a], point[a], 1e-9) << space.axes()[a].name;
      }
    }
  }
}

TEST(SpaceProperty, ChildrenAreActiveOnlyUnderTheirParents) {
  std::size_t inactive = 0;
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 1);
    const Space space = random_space(rng);
    SCOPED_TRACE(space.to_toml());
    const Configuration at = space.configuration(random_point(space, rng));
    for (const Axis& axis : space.axes()) {
      const Parameter& parameter = space.parameters()[axis.parameter];
      bool expected = true;
      if (!parameter.repeat.empty()) {
        const Value* count = at.find(parameter.repeat);
        expected = count && value_number(*count) >= static_cast<double>(axis.instance);
      }
      if (!parameter.when.empty()) {
        const auto when = Expression::parse(parameter.when, space.parameters(), Expression::Arithmetic::refused);
        for (const std::string& name : when->names()) expected = expected && at.find(name);
        expected = expected && when->evaluate([&](const std::string& name) { return at.find(name); });
      }
      EXPECT_EQ(at.find(axis.name) != nullptr, expected) << axis.name;
      inactive += expected ? 0 : 1;
    }
  }
  EXPECT_GT(inactive, 100u) << "the spaces exercise conditions";
}

TEST(SpaceProperty, OrderPutsParentsFirst) {
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Rng rng(seed, RngPurpose::simulation, 2);
    const Space space = random_space(rng);
    std::set<std::size_t> seen;
    for (const std::size_t a : space.order()) {
      for (const std::size_t parent : space.axes()[a].parents) EXPECT_TRUE(seen.contains(parent));
      EXPECT_TRUE(seen.insert(a).second);
    }
    EXPECT_EQ(seen.size(), space.axes().size());
  }
}

TEST(Space, RefusesWhatMakesNoSense) {
  Parameter a = int_parameter("a", 1, 5), b = int_parameter("b", 1, 5), c = int_parameter("c", 1, 5);
  expect_has(error_of({a, a}), "declared twice");
  a.when = "b > 2";
  b.when = "c > 2";
  c.when = "a > 2";
  expect_has(error_of({a, b, c}), "a -> b -> c -> a");
  a.when = "a > 2";
  expect_has(error_of({a}), "a -> a");
  Parameter units = int_parameter("units", 1, 5), layers = int_parameter("layers", 1, 5);
  units.repeat = "layers";
  layers.when = "units.1 > 2";
  expect_has(error_of({units, layers}), "cycle: units -> layers -> units");
  layers.when = "";
  layers.high = 65;
  expect_has(error_of({units, layers}), "at most 64");
  layers.high = 5;
  layers.type = ParameterType::float_;
  expect_has(error_of({units, layers}), "must name a plain int");
  units.repeat = "layer";
  layers.type = ParameterType::int_;
  expect_has(error_of({units, layers}), "did you mean 'layers'?");
  units.repeat = "layers";
  units.when = "layers > x";
  expect_has(error_of({units, layers}), "line 1, column 10: unknown parameter 'x'");
  units.when = "";
  expect_has(error_of({units, layers}, {"units > 3"}), "name one instance, such as units.1");
  expect_has(error_of({units, layers}, {"units.6 > 3"}), "there is no 'units.6'");
  expect_has(error_of({layers}, {"layer > 3"}), "forbid 1: line 1, column 1: unknown parameter 'layer', did you mean");
}

TEST(Space, TextIsNormalised) {
  EXPECT_EQ(seed_idea().to_toml(),
            "[space]\n"
            "momentum = { type = \"float\", low = 0.0, high = 0.99, when = \"optimizer == 'sgd'\" }\n"
            "units = { type = \"int\", low = 16, high = 512, log = true, default = [64, 32], repeat = \"layers\" }\n"
            "rate = { type = \"float\", low = 1e-05, high = 0.1, log = true, default = 0.001 }\n"
            "layers = { type = \"int\", low = 1, high = 3 }\n"
            "optimizer = { type = \"categorical\", choices = [\"sgd\", \"adam\"] }\n"
            "\n[constraints]\nforbid = [\"layers >= 3 and rate > 0.05\"]\n");
}

}  // namespace
}  // namespace hone
