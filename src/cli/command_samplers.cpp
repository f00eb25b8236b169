/// `hone samplers`.
#include <array>

#include "cli/option_listing.hpp"
#include "samplers/sampler.hpp"

namespace hone {
namespace {

int run(const Arguments& arguments) {
  std::vector<ListedPlugin> plugins;
  for (const auto* info : all_samplers()) plugins.push_back({info->name, info->summary, info->paper, info->options});
  const auto code = print_plugins(arguments, "sampler", plugins);
  return code ? *code : report_error(code.error());
}

constexpr std::array flags = {list_format_flag};
constexpr std::array examples = {ExampleRow{"hone samplers -f json", "For a program."}};

}  // namespace

constinit const CommandInfo samplers_command_info{
    .name = "samplers",
    .summary = "the samplers there are, with their options",
    .description = "Lists the samplers, which propose configurations, with their sources and options.",
    .positionals = {},
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
