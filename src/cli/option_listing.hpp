/// `hone samplers` and `hone pruners`: what there is, drawn from the registry's rows.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/options.hpp"
#include "base/result.hpp"
#include "cli/common_flags.hpp"

namespace hone {

struct ListedPlugin {
  std::string_view name, summary, paper;
  std::span<const OptionRow> options;
};

/// Prints the list in the format of -f. For people: each with its source and options, and the study-file lines that
/// set them (`section`: "sampler" or "pruner"); for programs: one row per option.
Result<int> print_plugins(const Arguments& arguments, std::string_view section, std::span<const ListedPlugin> plugins);

}  // namespace hone
