/// Parameters that are declared where they are used, for commands without a study file: `--lr {lr:1e-5..1e-1:log}`.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "space/parameter.hpp"

namespace hone {

struct InlineCommand {
  std::vector<std::string> words;     ///< with `{lr}` where the domain stood
  std::vector<Parameter> parameters;  ///< in order of appearance
};

/// `{NAME:LOW..HIGH}` is an int if both ends are whole numbers, else a float; `:log` behind it draws uniformly in the
/// logarithm. `{NAME:a|b|c}` is categorical; a choice that reads as a number or as true or false is one. `{NAME}` and
/// doubled braces stay as they are. Errors: a wrong domain; a name with two different domains; what `validate` refuses.
Result<InlineCommand> inline_domains(std::span<const std::string> words);

}  // namespace hone
