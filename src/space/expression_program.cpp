#include "space/expression_program.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/check.hpp"

namespace hone {
namespace {

constexpr double not_applicable = std::numeric_limits<double>::quiet_NaN();

double truth(double left, double right, bool holds) {
  return std::isnan(left) || std::isnan(right) ? not_applicable : static_cast<double>(holds);
}

double both(double left, double right) {
  if (left == 0 || right == 0) return 0;
  return left + right == 2 ? 1 : not_applicable;
}

double either(double left, double right) {
  if (left == 1 || right == 1) return 1;
  return left + right == 0 ? 0 : not_applicable;
}

double binary(Op op, double left, double right) {
  switch (op) {
    case Op::add:
      return left + right;
    case Op::subtract:
      return left - right;
    case Op::multiply:
      return left * right;
    case Op::divide:
      return left / right;  // 0 / 0 does not apply
    case Op::equal:
      return truth(left, right, left == right);
    case Op::unequal:
      return truth(left, right, left != right);
    case Op::less:
      return truth(left, right, left < right);
    case Op::less_equal:
      return truth(left, right, left <= right);
    case Op::greater:
      return truth(left, right, left > right);
    case Op::greater_equal:
      return truth(left, right, left >= right);
    case Op::logical_and:
      return both(left, right);
    default:
      return either(left, right);
  }
}

}  // namespace

bool ExpressionProgram::run(std::span<const double> operands) const {
  std::array<double, stack_max> stack;
  std::size_t size = 0;
  for (const Instruction& instruction : instructions) {
    switch (instruction.op) {
      case Op::constant:
        stack[size++] = instruction.number;
        break;
      case Op::operand:
        stack[size++] = operands[instruction.index];
        break;
      case Op::negate:
        stack[size - 1] = -stack[size - 1];
        break;
      case Op::logical_not:
        stack[size - 1] = 1 - stack[size - 1];
        break;
      case Op::translate: {
        double& top = stack[size - 1];
        if (!std::isnan(top)) top = tables[instruction.index][static_cast<std::size_t>(top)];
        break;
      }
      case Op::member: {
        double& top = stack[size - 1];
        const auto& members = tables[instruction.index];
        if (!std::isnan(top)) top = std::ranges::find(members, top) != members.end() ? 1 : 0;
        break;
      }
      default:
        --size;
        stack[size - 1] = binary(instruction.op, stack[size - 1], stack[size]);
    }
    HONE_CHECK(size < stack_max, "the parser bounds the nesting");
  }
  return size == 1 && stack[0] == 1;
}

}  // namespace hone
