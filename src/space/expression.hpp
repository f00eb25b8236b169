/// Expressions of a study file: `when` conditions and `forbid` constraints (docs/formats.md, "Expressions").
///
/// Grammar: or, and, not, parentheses; comparisons == != < <= > >= of a parameter with a literal or a parameter;
/// `name in [a, b]`; + - * / only where `Arithmetic::allowed`. Strings in single or double quotes, backslash escapes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "space/parameter.hpp"

namespace hone {

struct ExpressionNode;  // expression.cpp

class Expression {
 public:
  enum class Arithmetic { refused, allowed };

  /// Parses and checks types against `parameters` (names may be plain, or an instance "units.2"). Errors are positions
  /// within `text`: "line 1, column 8: unknown parameter 'layer', did you mean 'layers'?". Nesting depth at most 64.
  static Result<Expression> parse(std::string_view text, std::span<const Parameter> parameters, Arithmetic arithmetic);

  /// Value of a parameter (or instance) by name, or null if it is inactive.
  using Lookup = std::function<const Value*(const std::string& name)>;
  /// A clause that mentions an inactive parameter does not apply: then the answer is false, also under `not`.
  bool evaluate(const Lookup& lookup) const;

  /// Names mentioned, each once, as written.
  const std::vector<std::string>& names() const { return names_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::string> names_;
  std::shared_ptr<const ExpressionNode> root_;
};

}  // namespace hone
