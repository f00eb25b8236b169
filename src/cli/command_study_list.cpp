/// `hone study list`.
#include <array>
#include <cstdio>

#include "cli/study_reading.hpp"

namespace hone {
namespace {

Result<int> list_studies(const Arguments& arguments) {
  HONE_TRY(const ListFormat format, list_format(arguments));
  HONE_TRY(const auto store, open_storage(arguments, false));
  HONE_TRY(const auto studies, store->summaries());
  std::vector<StudyLine> lines;
  for (const StudySummary& study : studies) lines.push_back(study_line(study));
  if (format == ListFormat::json)
    std::fputs(studies_json(lines).c_str(), stdout);
  else
    print_table(studies_table(lines, format == ListFormat::table), format);
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = list_studies(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array flags = {storage_flag, list_format_flag};
constexpr std::array examples = {
    ExampleRow{"hone study list", "The studies of ./hone.db."},
    ExampleRow{"hone study list --storage sqlite:////data/lab.db -f json", "Those of another file, for a program."}};

}  // namespace

constinit const CommandInfo study_list_command_info{
    .name = "study list",
    .summary = "the studies there are",
    .description = "Lists the studies of a storage with their trials and best values.",
    .positionals = {},
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
