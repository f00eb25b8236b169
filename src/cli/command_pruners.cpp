/// `hone pruners`.
#include <array>

#include "cli/option_listing.hpp"
#include "pruners/pruner.hpp"

namespace hone {
namespace {

int run(const Arguments& arguments) {
  std::vector<ListedPlugin> plugins;
  for (const auto* info : all_pruners()) plugins.push_back({info->name, info->summary, info->paper, info->options});
  const auto code = print_plugins(arguments, "pruner", plugins);
  return code ? *code : report_error(code.error());
}

constexpr std::array flags = {list_format_flag};
constexpr std::array examples = {ExampleRow{"hone pruners -f json", "For a program."}};

}  // namespace

constinit const CommandInfo pruners_command_info{
    .name = "pruners",
    .summary = "the pruners there are, with their options",
    .description = "Lists the pruners, which stop or pause trials that do badly, with their sources and options.",
    .positionals = {},
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
