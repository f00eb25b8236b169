// Any words, one a line, for every command: refused with a message, or arguments whose getters all answer.
#include "base/check.hpp"
#include "base/text.hpp"
#include "cli/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto words = hone::split({reinterpret_cast<const char*>(data), size}, '\n');
  for (const hone::CommandInfo* command : hone::all_commands()) {
    const auto arguments = hone::parse_arguments(*command, words);
    if (!arguments) {
      HONE_CHECK(!arguments.error().message.empty(), "a refusal says why");
      continue;
    }
    for (const hone::FlagRow& flag : command->flags) {
      if (flag.value_name.empty()) continue;
      (void)arguments->text(flag.name);
      (void)arguments->duration(flag.name);
      (void)arguments->integer(flag.name, 1, 1000);
      (void)arguments->seed(flag.name);
      if (flag.repeatable) (void)arguments->pairs(flag.name);
    }
  }
  return 0;
}
