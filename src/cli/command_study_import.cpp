/// `hone study import`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/import_study.hpp"
#include "cli/study_reading.hpp"
#include "cli/tune_setup.hpp"
#include "engine/study_open.hpp"
#include "session/session_setup.hpp"

namespace hone {
namespace {

struct Target {
  StudyRecord record;  ///< as it is stored, or as it is to be created
  bool exists = false;
  std::int64_t trials = 0;
  std::shared_ptr<const Space> space;
};

Result<ImportWishes> read_wishes(const Arguments& arguments, std::string& kind) {
  ImportWishes wishes;
  for (const std::string_view flag : {"--optuna", "--csv", "--json"}) {
    HONE_TRY(const auto path, arguments.text(flag));
    if (!path) continue;
    if (!kind.empty()) return refuse(fmt::format("{} and {} were given: import one file at a time", kind, flag));
    kind = flag;
    wishes.path = *path;
  }
  if (kind.empty()) return refuse("which file? Name it with --optuna FILE.db, --csv FILE or --json FILE");
  HONE_TRY(wishes.optuna_study, arguments.text("--name"));
  wishes.values = arguments.texts("--value");
  wishes.directions = arguments.texts("--direction");
  wishes.ignored = arguments.texts("--ignore");
  for (const std::string& direction : wishes.directions)
    if (direction != "minimize" && direction != "maximize")
      return refuse(fmt::format("--direction must be minimize or maximize, got '{}'", quoted(direction)));
  if (wishes.optuna_study && kind != "--optuna")
    return refuse("--name is for --optuna: it names one of the studies there");
  if (!(wishes.values.empty() && wishes.ignored.empty()) && kind != "--csv")
    return refuse("--value and --ignore name columns: they are for --csv");
  HONE_TRY(const auto space, arguments.text("--space"));
  if (space) {
    HONE_TRY(const std::string text, read_file(*space));
    HONE_TRY(wishes.file, parse_study_file(text, *space));
    wishes.file_source = fmt::format("'{}'", *space);
    if (!wishes.file->space) return refuse(fmt::format("'{}' has no [space]: write one, or leave --space out", *space));
    if (wishes.file->directions.empty() && !wishes.directions.empty()) wishes.file->directions = wishes.directions;
  }
  return wishes;
}

/// A file of a store that is not there yet holds no studies.
Result<std::unique_ptr<Store>> open_if_there(const Arguments& arguments) {
  auto store = open_storage(arguments, false);
  if (store || store.error().kind != Error::Kind::not_found) return store;
  return std::unique_ptr<Store>();
}

/// The study that trials are to be added to says what they may be.
Result<void> take_stored(Store& store, const StudyRecord& record, ImportWishes& wishes) {
  HONE_TRY(StudyFile file, parse_study_file(record.study_file, "the study file in the store"));
  file.directions = record.directions;
  if (record.metrics.size() > 1)
    file.metrics = record.metrics;
  else
    file.metric = record.metrics.front();
  wishes.file = std::move(file);
  wishes.file_source = fmt::format("study '{}'", record.name);
  if (wishes.file->space && !wishes.file->space->axes().empty()) return {};
  wishes.file->space.reset();
  HONE_TRY(const std::vector<Parameter> known, asked_parameters(store, record.id));
  for (const Parameter& parameter : known) wishes.known_domains.emplace(parameter.name, parameter);
  return {};
}

/// The record of a new study: one of `hone tune` if its file has a command, else one of `hone session`.
Result<Target> new_study(const StudyFile& file, const std::string& name, const std::string& space_path) {
  Target target;
  if (file.run && !file.run->command.empty()) {
    TuneWishes wishes;
    wishes.name = name;
    wishes.folder = std::filesystem::path(space_path).parent_path();
    HONE_TRY(TuneSetup setup, tune_setup(file, wishes));
    target.record = std::move(setup.record);
    target.space = std::move(setup.space);
  } else {
    SessionWishes wishes;
    wishes.name = name;
    HONE_TRY(SessionSetup setup, session_setup(file, name, wishes));
    target.record = std::move(setup.record);
    target.space = std::move(setup.space);
  }
  return target;
}

Result<Target> stored_study(Store& store, const StudyRecord& record, const std::optional<StudyFile>& given,
                            const std::string& space_path) {
  Target target;
  if (given) {
    HONE_TRY(target, new_study(*given, record.name, space_path));
    target.record.kind = record.kind;  // only the space and the objectives have to be the same
    target.record.seed = record.seed;
    target.record.data_hash = record.data_hash;
    HONE_TRY_VOID(find_or_create(store, target.record, false));
  }
  target.record = record;
  target.exists = true;
  HONE_TRY(const StudyFile file, parse_study_file(record.study_file, "the study file in the store"));
  HONE_TRY(Space space, searched_space(file));
  target.space = std::make_shared<const Space>(std::move(space));
  HONE_TRY(const auto changes, store.changed_since(record.id, 0));
  target.trials = std::ssize(changes.trials);
  return target;
}

Result<ForeignStudy> read_foreign(const std::string& kind, const ImportWishes& wishes) {
  if (kind == "--optuna") return read_optuna_study(wishes);
  return kind == "--csv" ? read_csv_study(wishes) : read_json_study(wishes);
}

/// Creates the study if need be and adds the trials: all of it or nothing.
Result<void> store_all(Store& store, Target& target, const ForeignStudy& foreign,
                       std::span<const ImportedTrial> trials) {
  if (!target.exists) {
    HONE_TRY(target.record, store.create_study(target.record));
  }
  Result<void> done;
  const auto imported = store.import_trials(target.record.id, trials, Owner::this_process());
  if (!imported) done = std::unexpected(imported.error());
  if (done && !target.exists && !foreign.attributes.empty())
    done = store.set_attribute(target.record.id, "user_attributes", foreign.attributes);
  if (!done && !target.exists) HONE_TRY_VOID(store.remove_study(target.record.id));
  return done;
}

bool is_plain(const std::string& name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == name.npos &&
         !name.starts_with('-');
}

/// To be typed after a command.
std::string shell_word(const std::string& name) {
  if (is_plain(name)) return name;
  std::string word = "'";
  for (const char c : name) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string file_stem(const std::string& name) {
  return is_plain(name) ? name : "imported";
}

void print_summary(Store& store, const Target& target, const ForeignStudy& foreign,
                   std::span<const ImportedTrial> trials, const std::string& path) {
  TrialCounts counts;
  for (const ImportedTrial& trial : trials) {
    if (!trial.outcome) ++counts.waiting;
    if (trial.outcome && trial.outcome->state == TrialState::complete) ++counts.complete;
    if (trial.outcome && trial.outcome->state == TrialState::pruned) ++counts.pruned;
    if (trial.outcome && trial.outcome->state == TrialState::failed) ++counts.failed;
  }
  fmt::print("imported    {} trials of '{}' into study '{}' in {}: {} complete, {} pruned, {} failed, {} waiting\n",
             trials.size(), path, target.record.name, store.url(), counts.complete, counts.pruned, counts.failed,
             counts.waiting);
  if (target.exists) fmt::print("added       behind the {} trials that it had\n", target.trials);
  std::vector<std::string> objectives;
  for (std::size_t i = 0; i < target.record.metrics.size(); ++i)
    objectives.push_back(fmt::format("{} {}", target.record.directions[i], quoted(target.record.metrics[i])));
  fmt::print("objective   {}\n", join(objectives, ", "));
  if (!target.exists) {
    const std::span<const Parameter> parameters =
        target.space->axes().empty() ? std::span<const Parameter>(foreign.domains) : target.space->parameters();
    for (const Parameter& parameter : parameters)
      fmt::print("{:<12}{}\n", &parameter == parameters.data() ? "parameters" : "", domain_text(parameter));
  }
  for (const std::string& note : foreign.notes) fmt::print("note        {}\n", note);
  const auto changes = store.changed_since(target.record.id, 0);
  if (const TrialRecord* best = changes ? best_trial(target.record, changes->trials) : nullptr)
    fmt::print("best        trial {}: {} {}\n", best->number, number_text(best->values[0]), best->configuration.text());
  if (!target.exists)
    fmt::print("go on       hone study export {} -o {}.toml && hone {} {}.toml\n", shell_word(target.record.name),
               file_stem(target.record.name), target.record.kind, file_stem(target.record.name));
}

Result<int> import_study(const Arguments& arguments) {
  std::string kind;
  HONE_TRY(ImportWishes wishes, read_wishes(arguments, kind));
  HONE_TRY(const auto wanted_name, arguments.text("--study"));
  HONE_TRY(auto store, open_if_there(arguments));
  std::optional<StudyRecord> stored;
  if (store && wanted_name) {
    HONE_TRY(stored, store->find_study(*wanted_name));
  }
  const std::optional<StudyFile> given = wishes.file;
  if (stored) HONE_TRY_VOID(take_stored(*store, *stored, wishes));

  HONE_TRY(ForeignStudy foreign, read_foreign(kind, wishes));
  const std::string space_path = arguments.text("--space").value_or(std::nullopt).value_or("");
  const std::string name = wanted_name            ? *wanted_name
                           : given && given->name ? *given->name
                           : foreign.file.name    ? *foreign.file.name
                                                  : foreign.name;
  if (!stored && store) {
    HONE_TRY(const auto taken, store->find_study(name));
    if (taken)
      return refuse(
          fmt::format("study '{0}' exists in {1}: --study {0} adds the trials to it, --study OTHER makes a "
                      "new one",
                      quoted(name), store->url()));
  }
  auto target = stored ? stored_study(*store, *stored, given, space_path) : new_study(foreign.file, name, space_path);
  if (!target) return std::unexpected(std::move(target).error());
  HONE_TRY(const auto trials, fit_trials(foreign, *target->space, target->trials, target->record.seed));
  if (trials.empty())
    return refuse(fmt::format("no trial of '{}' can be imported:\n{}", wishes.path, join(foreign.notes, "\n")));
  if (!store) {
    HONE_TRY(store, open_storage(arguments, true));
  }
  HONE_TRY_VOID(store_all(*store, *target, foreign, trials));
  print_summary(*store, *target, foreign, trials, wishes.path);
  return exit_done;
}

int run(const Arguments& arguments) {
  const auto code = import_study(arguments);
  return code ? *code : report_error(code.error());
}

constexpr std::array flags = {
    FlagRow{.name = "--optuna", .value_name = "FILE.db", .help = "a SQLite storage of Optuna 3 or 4"},
    FlagRow{.name = "--csv",
            .value_name = "FILE",
            .help = "a table: what `hone study export -o FILE.csv` wrote, or one with a column for each parameter and "
                    "one for the value"},
    FlagRow{.name = "--json",
            .value_name = "FILE",
            .help = "what `hone study export -o FILE.json` or `hone study trials -f json` wrote"},
    FlagRow{
        .name = "--name", .value_name = "STUDY", .help = "which study of Optuna's file", .otherwise = "the only one"},
    FlagRow{.name = "--study",
            .value_name = "NAME",
            .help = "name of the study here; trials are added to one that exists",
            .otherwise = "what the file calls it"},
    FlagRow{.name = "--space",
            .value_name = "FILE",
            .help = "study file with the [space] that the trials were drawn from, directions and metrics",
            .otherwise = "what the file says; of a table guessed"},
    FlagRow{.name = "--value",
            .value_name = "COLUMN",
            .help = "the column of a table that is the value; once for each objective",
            .otherwise = "value",
            .repeatable = true},
    FlagRow{.name = "--direction",
            .value_name = "DIRECTION",
            .help = "minimize or maximize it; once for each objective",
            .otherwise = "what the file says; else minimize",
            .repeatable = true},
    FlagRow{.name = "--ignore",
            .value_name = "COLUMN",
            .help = "a column of a table that is no parameter",
            .repeatable = true},
    storage_flag};
constexpr std::array examples = {
    ExampleRow{"hone study import --optuna optuna.db", "The only study in Optuna's file, under its own name."},
    ExampleRow{"hone study import --csv runs.csv --value loss --ignore notes", "A table that you have."},
    ExampleRow{"hone study import --csv runs.csv --value accuracy --direction maximize --space study.toml",
               "The same, drawn from the space of a study file."}};

}  // namespace

constinit const CommandInfo study_import_command_info{
    .name = "study import",
    .summary = "take over trials from Optuna, CSV or JSON",
    .description =
        "Makes a study of trials that were evaluated elsewhere, or adds them to one. Samplers learn from them, and the "
        "study goes on in `hone session`, or in `hone tune` if --space has a [run] command. Either all trials are "
        "imported or nothing is changed. What was guessed, renamed or left out is said. docs/formats/import.md has the "
        "details.",
    .positionals = {},
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run};

}  // namespace hone
