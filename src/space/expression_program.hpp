/// What an expression is compiled to: a program for a small stack machine over doubles.
///
/// Every operand is a double: a number, or the position of a choice. Truth is 1, 0, or NaN for "does not apply"; an
/// inactive operand is NaN too, so that it spreads through arithmetic by itself.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "space/expression_text.hpp"
#include "space/parameter.hpp"

namespace hone {

enum class Op {
  constant,   ///< push `number`
  operand,    ///< push operand `index`
  translate,  ///< replace a choice's position by tables[index][position]
  add,
  subtract,
  multiply,
  divide,
  negate,
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,
  member,  ///< is the top among tables[index]?
  logical_not,
  logical_and,
  logical_or,
};

struct Instruction {
  Op op;
  double number = 0;
  std::size_t index = 0;
};

struct ExpressionProgram {
  std::vector<Instruction> instructions;
  std::vector<std::vector<double>> tables;
  /// Per operand: the choices that its values are looked up in; empty for a number.
  std::vector<std::vector<Value>> choices;

  bool run(std::span<const double> operands) const;
};

/// Deeper than any accepted expression needs: 64 levels of nesting with at most 5 pending values each.
inline constexpr std::size_t stack_max = 512;

/// An expression after parsing, before it is wrapped.
struct ParsedExpression {
  ExpressionProgram program;
  struct Mention {
    std::string name;
    std::size_t parameter, instance;
  };
  std::vector<Mention> mentions;
};

/// Errors: as `Expression::parse`.
Result<ParsedExpression> parse_expression(std::string_view text, std::span<const Parameter> parameters,
                                          bool arithmetic);

}  // namespace hone
