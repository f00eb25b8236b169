/// `hone study export`.
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/export_optuna.hpp"
#include "cli/study_reading.hpp"
#include "space/study_file.hpp"

namespace hone {
namespace {

/// What the trials of an open study asked for, as a [space]; "" if its study file has one.
Result<std::string> open_space(const OpenedStudy& study) {
  HONE_TRY(const StudyFile file, parse_study_file(study.record.study_file, "the study file in the store"));
  if (file.space && !file.space->axes().empty()) return std::string();
  HONE_TRY(const std::vector<Parameter> parameters, asked_parameters(*study.store, study.record.id));
  if (parameters.empty()) return std::string();
  HONE_TRY(const Space space, Space::make(parameters));
  return space.to_toml();
}

Result<int> export_optuna(const Arguments& arguments, const std::string& path) {
  HONE_TRY(const OpenedStudy study, open_study(arguments));
  HONE_TRY(const std::vector<std::string> notes, export_to_optuna(study, path));
  fmt::print(
      "wrote {} ({} trials) for Optuna 3.0 and 3.1; newer ones want first: optuna storage upgrade --storage "
      "sqlite:///{}\n",
      path, study.trials.size(), path);
  for (const std::string& note : notes) fmt::print("note  {}\n", note);
  return exit_done;
}

Result<int> export_study(const Arguments& arguments) {
  HONE_TRY(const auto output, arguments.text("--output"));
  HONE_TRY(const auto optuna, arguments.text("--optuna"));
  if (optuna && output) return refuse("-o and --optuna were given: write one file at a time");
  if (optuna) return export_optuna(arguments, *optuna);
  if (!output)
    return refuse(
        "-o FILE is missing; the file's ending says what is written: .csv, .json or .toml; --optuna FILE.db "
        "writes a database of Optuna");
  const std::filesystem::path path = *output;
  const std::string ending = path.extension().string();
  if (ending != ".csv" && ending != ".json" && ending != ".toml")
    return refuse(fmt::format("-o must end in .csv (trials), .json (everything) or .toml (study file), got '{}'",
                              quoted(*output)));
  HONE_TRY(const OpenedStudy study, open_study(arguments));
  std::string content;
  if (ending == ".csv")
    content = trials_csv(study.trials, study.record.metrics);
  else if (ending == ".toml")
    content = study.record.study_file;
  if (ending == ".json") {
    HONE_TRY(const std::string asked, open_space(study));
    content = export_json(study_line(study.record, study.trials), study.record.study_file, asked, study.trials);
  }
  HONE_TRY_VOID(write_file(path, content));
  fmt::print("wrote {} ({}, {} trials)\n", path.string(), bytes_text(static_cast<double>(content.size())),
             study.trials.size());
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = export_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array positionals = {study_positional};
constexpr std::array flags = {
    FlagRow{.name = "--output",
            .short_name = "-o",
            .value_name = "FILE",
            .help = "where to write; .csv: the trials as a table, .json: everything with all reports, .toml: the study "
                    "file that starts the same search again"},
    FlagRow{.name = "--optuna",
            .value_name = "FILE.db",
            .help = "write a new SQLite storage of Optuna with this study, which goes on there"},
    storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone study export fit-train-1a2b3c4d -o trials.csv", "For a spreadsheet."},
    ExampleRow{"hone study export fit-train-1a2b3c4d -o study.toml", "The study file of the search."},
    ExampleRow{"hone study export fit-train-1a2b3c4d --optuna optuna.db", "For optuna.load_study."}};

}  // namespace

constinit const CommandInfo study_export_command_info{
    .name = "study export",
    .summary = "write a study to a file: .csv, .json, .toml, or for Optuna",
    .description =
        "Writes a study to a file whose ending says what it holds; an existing one is replaced as a whole. --optuna "
        "writes a "
        "database of Optuna instead, which must be a new file. `hone study import` reads all of them.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
