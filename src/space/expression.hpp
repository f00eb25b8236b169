/// Expressions of a study file: `when` conditions and `forbid` constraints (docs/formats.md, "Expressions").
///
/// Grammar: or, and, not, parentheses; comparisons == != < <= > >= of a parameter with a literal or a parameter;
/// `name in [a, b]`; + - * / only where `Arithmetic::allowed`. Strings in single or double quotes, backslash escapes;
/// other literals are numbers, true, false, null. Categorical and bool parameters know == and != only, ordinals compare
/// by position.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "space/parameter.hpp"

namespace hone {

struct ExpressionProgram;  // expression_program.hpp

class Expression {
 public:
  enum class Arithmetic { refused, allowed };

  /// Parses and checks types against `parameters` (names may be plain, or an instance "units.2"). Errors are positions
  /// within `text`: "line 1, column 8: unknown parameter 'layer', did you mean 'layers'?". Nesting depth at most 64.
  static Result<Expression> parse(std::string_view text, std::span<const Parameter> parameters, Arithmetic arithmetic);

  /// Value of a parameter (or instance) by name, or null if it is inactive.
  using Lookup = std::function<const Value*(const std::string& name)>;
  /// A comparison that mentions an inactive parameter does not apply: neither it nor its `not` holds, `and` with it
  /// does not hold, `or` with it holds if the other side does (three-valued logic, as in SQL). If the whole does not
  /// apply, the answer is false. So is a comparison of what is not a number (0 / 0).
  bool evaluate(const Lookup& lookup) const;

  /// The compiled form, for inner loops: one operand per mention, `Scale::operand` of its value, or NaN if inactive.
  /// Cost: a few ns per operator, no allocation.
  bool holds(std::span<const double> operands) const;

  /// What is mentioned, each once.
  struct Mention {
    std::size_t parameter;  ///< index into the parameters given to `parse`
    std::size_t instance;   ///< 0 for a plain parameter
  };
  std::span<const Mention> mentions() const { return mentions_; }
  /// Names mentioned, each once, as written; parallel to `mentions`.
  const std::vector<std::string>& names() const { return names_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::string> names_;
  std::vector<Mention> mentions_;
  std::shared_ptr<const ExpressionProgram> program_;
};

}  // namespace hone
