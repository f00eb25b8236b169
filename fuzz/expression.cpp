/// Any text as an expression over parameters of every type: an error with a place, or something that can be evaluated.
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "space/expression.hpp"

namespace {

const std::vector<hone::Parameter>& all_parameters() {
  using hone::ParameterType;
  static const std::vector<hone::Parameter> all = {
      {.name = "a", .type = ParameterType::int_, .low = 1, .high = 5},
      {.name = "b", .low = 0, .high = 1},
      {.name = "c", .type = ParameterType::categorical, .choices = {std::string("x"), std::string("y"), 1.0}},
      {.name = "d", .type = ParameterType::categorical, .choices = {std::string("y"), hone::Null{}, true}},
      {.name = "o", .type = ParameterType::ordinal, .choices = {std::string("s"), std::string("l")}},
      {.name = "f", .type = ParameterType::boolean},
      {.name = "u", .type = ParameterType::int_, .low = 1, .high = 9, .repeat = "a"}};
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto arithmetic : {hone::Expression::Arithmetic::refused, hone::Expression::Arithmetic::allowed}) {
    const auto expression = hone::Expression::parse(text, all_parameters(), arithmetic);
    if (!expression) {
      HONE_CHECK(expression.error().message.starts_with("line "), "every error has a place");
      continue;
    }
    const std::vector<double> low(expression->mentions().size(), 0),
        inactive(low.size(), std::numeric_limits<double>::quiet_NaN());
    (void)expression->holds(low);
    HONE_CHECK(!expression->holds(inactive), "nothing holds where everything is inactive");
  }
  return 0;
}
