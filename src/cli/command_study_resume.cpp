/// `hone study resume`.
#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "cli/study_reading.hpp"
#include "engine/study.hpp"

namespace hone {
namespace {

Result<int> resume_study(const Arguments& arguments) {
  HONE_TRY(const auto store, open_storage(arguments, false));
  HONE_TRY(const StudyRecord study, find_study(*store, arguments.positional("STUDY")));
  HONE_TRY(const bool before, is_halted(*store, study.id));
  HONE_TRY_VOID(halt_study(*store, study.id, false));
  fmt::print("study '{}' {}\n", study.name,
             before ? "may go on: start its command or workers again" : "was not stopped: nothing to do");
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = resume_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone study resume digits", "After `hone study stop`: workers may be started again."}};

}  // namespace

constinit const CommandInfo study_resume_command_info{
    .name = "study resume",
    .summary = "let a stopped study go on",
    .description =
        "Takes back `hone study stop`. Work begins when its command, or a worker, is started again; trials that were "
        "handed back come first.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
