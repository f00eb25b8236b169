/// The types of an expression: what may be compared with what, and the code for it.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "space/expression_program.hpp"
#include "space/expression_text.hpp"
#include "space/parameter.hpp"

namespace hone {

using Code = std::vector<Instruction>;

/// A piece of an expression that has been read.
struct Term {
  enum class Kind { literal, parameter, number, truth };
  Kind kind = Kind::literal;
  Code code;                            ///< empty for a literal: what it means depends on what it is compared with
  Value value;                          ///< of a literal
  const Parameter* declared = nullptr;  ///< of a parameter
  std::string text;                     ///< its first word, for messages
  Place place;
  bool constant = false;  ///< made of literals only
};

struct Reference {
  std::size_t parameter, instance;
};
/// Errors: an unknown name (with the nearest), an instance of a plain parameter, a repeated one without instance.
Result<Reference> find_reference(const Token& token, std::span<const Parameter> parameters);

/// Code that leaves a truth, or a number. Errors: the term is something else.
Result<Code> as_truth(const Term& term);
Result<Code> as_number(const Term& term);

/// The operand that `literal` means for `parameter`: its number, or its position among the choices. Errors: wrong type,
/// unknown choice.
Result<double> literal_operand(const Term& literal, const Parameter& parameter);

/// Code for `left op right`. Tables that it needs are added to `program`. Errors: types that do not match, an order
/// asked of choices that have none, two literals.
Result<Code> compare(const Term& left, Op op, const Term& right, Place place, ExpressionProgram& program);

}  // namespace hone
