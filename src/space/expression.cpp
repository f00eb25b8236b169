#include "space/expression.hpp"

#include <limits>

#include "base/check.hpp"
#include "space/expression_program.hpp"

namespace hone {
namespace {

double operand_of(const Value* value, std::span<const Value> choices) {
  constexpr double inactive = std::numeric_limits<double>::quiet_NaN();
  if (!value) return inactive;
  if (choices.empty()) return value_number(*value);
  const auto index = choice_index(choices, *value);
  return index ? static_cast<double>(*index) : inactive;
}

}  // namespace

Result<Expression> Expression::parse(std::string_view text, std::span<const Parameter> parameters,
                                     Arithmetic arithmetic) {
  HONE_TRY(ParsedExpression parsed, parse_expression(text, parameters, arithmetic == Arithmetic::allowed));
  Expression expression;
  expression.text_ = text;
  for (auto& mention : parsed.mentions) {
    expression.mentions_.push_back({mention.parameter, mention.instance});
    expression.names_.push_back(std::move(mention.name));
  }
  expression.program_ = std::make_shared<const ExpressionProgram>(std::move(parsed.program));
  return expression;
}

bool Expression::evaluate(const Lookup& lookup) const {
  std::vector<double> operands(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) operands[i] = operand_of(lookup(names_[i]), program_->choices[i]);
  return program_->run(operands);
}

bool Expression::holds(std::span<const double> operands) const {
  HONE_CHECK(operands.size() >= names_.size(), "one operand per mention");
  return program_->run(operands);
}

}  // namespace hone
