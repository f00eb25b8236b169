#include "cli/fit_setup.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/files.hpp"
#include "base/text.hpp"
#include "runners/native_network.hpp"

namespace hone {
namespace {

constexpr double default_time_seconds = 600;
constexpr std::int64_t epochs_max = 100'000, seeds_max = 100;
// Multiply-adds a second that a core is assumed to do; a constant, so that R does not depend on the machine's mood.
constexpr double operations_per_second = 30e9;

/// `base` with the parameters of `file` put in place of those with the same name, or appended.
std::vector<Parameter> merged(std::span<const Parameter> base, std::span<const Parameter> file) {
  std::vector<Parameter> parameters(base.begin(), base.end());
  for (const Parameter& parameter : file) {
    const auto at = std::ranges::find(parameters, parameter.name, &Parameter::name);
    if (at == parameters.end())
      parameters.push_back(parameter);
    else
      *at = parameter;
  }
  return parameters;
}

/// A condition "NAME == 'VALUE'" on a parameter that is fixed is decided here, for good.
void decide_conditions(std::vector<Parameter>& parameters, const std::string& name, const Value& value) {
  const std::string on = name + " == ";
  const std::string met = on + "'" + value_text(value) + "'";
  std::erase_if(parameters, [&](const Parameter& p) { return p.when.starts_with(on + "'") && p.when != met; });
  for (Parameter& parameter : parameters)
    if (parameter.when == met) parameter.when.clear();
}

/// The space to search: the file's, or the default one; fixed parameters become constants of it.
Result<Space> space_for(const StudyFile& file, bool extend, const DataShape& shape, std::size_t rows) {
  HONE_TRY(const Space standard, default_network_space(shape, rows));
  std::vector<Parameter> parameters(standard.parameters().begin(), standard.parameters().end());
  std::vector<std::string> forbid;
  if (file.space) {
    const auto own = file.space->parameters();
    parameters = extend ? merged(parameters, own) : std::vector<Parameter>(own.begin(), own.end());
    forbid.assign(file.space->forbid().begin(), file.space->forbid().end());
  }
  for (const auto& [name, value] : file.fixed.entries()) {
    const auto at = std::ranges::find(parameters, name, &Parameter::name);
    if (at != parameters.end() && at->repeat.empty()) {
      *at = constant_parameter(name, value);
      decide_conditions(parameters, name, value);
      continue;
    }
    if (at != parameters.end() && !at->repeat.empty()) {  // `units` for every layer
      Parameter same = constant_parameter(name, value);
      same.repeat = at->repeat;
      *at = same;
    }
  }
  // units.1, units.2, ... fixed one by one: the repeated parameter itself is no longer searched.
  const bool each_fixed =
      std::ranges::any_of(file.fixed.entries(), [](const auto& entry) { return entry.first.starts_with("units."); });
  if (each_fixed) std::erase_if(parameters, [](const Parameter& parameter) { return parameter.name == "units"; });
  return Space::make(std::move(parameters), std::move(forbid));
}

/// The study file that was given as DATA or with --space / --extend-space.
struct GivenFile {
  StudyFile file;
  bool extend = false;
};

Result<GivenFile> given_file(const Arguments& arguments) {
  GivenFile given;
  HONE_TRY(const auto replace, arguments.text("--space"));
  HONE_TRY(const auto extend, arguments.text("--extend-space"));
  if (replace && extend) return refuse("--space and --extend-space exclude each other: one replaces, one extends");
  std::string path = replace ? *replace : extend ? *extend : "";
  given.extend = extend.has_value();
  if (path.empty() && arguments.positional("DATA").ends_with(".toml")) path = arguments.positional("DATA");
  if (path.empty()) return given;
  HONE_TRY(const std::string text, read_file(path));
  HONE_TRY(given.file, parse_study_file(text, path));
  if (given.file.run) return refuse(fmt::format("'{}' has a [run] section: that is for `hone tune`", path));
  return given;
}

/// What is typed wins over what the file says.
Result<DataOptions> data_options(const Arguments& arguments, StudyFile file, std::uint64_t seed) {
  const std::string& typed_path = arguments.positional("DATA");
  if (!typed_path.ends_with(".toml"))
    file.data.path = typed_path;
  else if (!file.data.path)
    return refuse(fmt::format("'{0}' has no [data] path: name the data, `hone fit DATA --space {0}`", typed_path));
  const std::pair<std::string_view, std::optional<std::string>*> flags[] = {
      {"--target", &file.data.target},           {"--test", &file.data.test},
      {"--split-by", &file.data.split_by},       {"--scaling", &file.data.scaling},
      {"--time-column", &file.data.time_column}, {"--task", &file.data.task}};
  for (const auto& [flag, value] : flags) {
    HONE_TRY(const auto typed, arguments.text(flag));
    if (typed) *value = typed;
  }
  HONE_TRY(const auto typed, arguments.pairs("--columns"));
  for (const auto& [column, kind] : typed) file.data.columns[column] = kind;
  for (const std::string& column : arguments.texts("--keep")) file.data.columns[column] = "keep";
  return data_options_of(file, seed);
}

std::string default_name(const FitSetup& setup, std::uint64_t seed) {
  std::string identity = fmt::format("{} {} {} {} {}", setup.dataset->content_hash(), setup.metric->name,
                                     setup.space->to_toml(), setup.fixed.json(), seed);
  if (setup.seeds > 1) identity += fmt::format(" {} seeds", setup.seeds);
  return fmt::format("fit-{}-{}", setup.dataset->stem(), hash_text(identity).substr(0, 8));
}

/// The normalised study file: what the study runs from, and what best.toml is made of.
StudyFile normalised(const FitSetup& setup, const DataOptions& data, const StudyFile& given, std::uint64_t seed) {
  StudyFile file;
  file.name = setup.record.name;
  file.directions = {setup.metric->maximize ? "maximize" : "minimize"};
  file.metric = std::string(setup.metric->name);
  file.seed = seed;
  file.space = *setup.space;
  for (const auto& [name, value] : setup.fixed.entries())  // the others are constants of the space
    if (std::ranges::find(setup.space->parameters(), name, &Parameter::name) == setup.space->parameters().end())
      file.fixed.set(name, value);
  file.enqueue = given.enqueue;
  file.search.seeds_per_trial = setup.seeds;
  std::error_code ignored;
  const auto absolute = [&](const std::string& path) {
    return path.empty() || !std::filesystem::exists(path, ignored)
               ? path
               : std::filesystem::absolute(path, ignored).lexically_normal().string();
  };
  const auto optional = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  file.data.path = absolute(data.path);
  file.data.target = optional(data.target);
  file.data.test = optional(absolute(data.test));
  file.data.split_by = optional(data.split_by);
  if (data.scaling != ScalingKind::standard) file.data.scaling = scaling_names[static_cast<std::size_t>(data.scaling)];
  file.data.time_column = optional(data.time_column);
  file.data.task = setup.dataset->target().task == Task::regression ? "regression" : "classification";
  file.data.columns = data.columns;
  file.fit_metric = std::string(setup.metric->name);
  file.fit_max_step = setup.record.max_step;
  return file;
}

/// Said now rather than after the search: the folder can be made, or written to. Tried out, because permissions do not
/// tell everything (a file system that is read-only, /proc); nothing stays.
Result<void> check_out_folder(const std::filesystem::path& out) {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(out, error);
  while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (!std::filesystem::is_directory(folder, error))
    return refuse(fmt::format("'{}' is a file, so '{}' cannot be a folder: choose another one with --out DIR",
                              folder.string(), out.string()));
  std::string attempt = (folder / ".hone-XXXXXX").string();
  if (::mkdtemp(attempt.data()) == nullptr)
    return refuse(
        fmt::format("the folder '{}' cannot be written ({}), so the model cannot go to '{}': change its "
                    "permissions, or choose another folder with --out DIR",
                    folder.string(), std::strerror(errno), out.string()));
  std::filesystem::remove(attempt, error);
  return {};
}

Result<void> read_search(const Arguments& arguments, const StudyFile& given, FitSetup& setup) {
  HONE_TRY(const auto sampler, arguments.text("--sampler"));
  HONE_TRY(const auto pruner, arguments.text("--pruner"));
  setup.options.sampler = sampler.value_or(given.search.sampler.value_or("auto"));
  setup.options.pruner = pruner.value_or(given.search.pruner.value_or("asha"));
  setup.options.options = given.search.options;
  HONE_TRY(const auto audit, arguments.number("--audit", 0, 1));
  setup.options.audit = audit.value_or(given.search.audit);
  HONE_TRY(const auto trials, arguments.integer("--trials", 1, 1'000'000'000));
  setup.options.trials = trials ? trials : given.search.trials;
  HONE_TRY(const auto time, arguments.duration("--time"));
  setup.time_seconds = time ? time : given.search.time_seconds;
  if (given.search.cost || given.search.cost_per_hour)
    return refuse(
        "[search] cost is for `hone tune` and `hone session`; `hone fit` trains here, and its cost is time: give it "
        "--time, or [search] time");
  if (!setup.time_seconds && !setup.options.trials) setup.time_seconds = default_time_seconds;
  HONE_TRY(const auto jobs, arguments.integer("--jobs", 1, 4096));
  setup.jobs = jobs ? *jobs : given.search.parallel.value_or(available_cores());
  HONE_TRY(const auto seeds, arguments.integer("--seeds-per-trial", 1, seeds_max));
  setup.seeds = seeds.value_or(given.search.seeds_per_trial);
  if (setup.seeds > seeds_max)
    return refuse(fmt::format("[search] seeds_per_trial must be at most {}, got {}", seeds_max, setup.seeds));
  HONE_TRY(const auto members, arguments.integer("--ensemble", 1, 64));
  setup.members = members ? *members : given.ensemble.value_or(0);
  HONE_TRY(const auto folds, arguments.integer("--folds", 2, 64));
  setup.folds = folds.value_or(given.folds);
  if (setup.folds > 0 && members) return refuse("--folds makes one network for each fold: leave --ensemble out");
  if (setup.folds > 0 && (arguments.has("--split-by") || arguments.has("--time-column")))
    return refuse("--folds draws rows at random, which --split-by and --time-column forbid: leave it out");
  // A whole process that was killed says nothing against its trials: they go on from their checkpoints.
  setup.options.retries = 1'000'000;
  return {};
}

}  // namespace

std::int64_t available_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return 1;
}

Result<DataOptions> data_options_of(const StudyFile& file, std::uint64_t seed) {
  DataOptions options;
  const DataSection& data = file.data;
  if (!data.path)
    return refuse("the study file has no [data] path: write the data there, for example path = \"train.csv\"");
  options.path = *data.path;
  options.target = data.target.value_or("");
  options.test = data.test.value_or("");
  options.split_by = data.split_by.value_or("");
  options.time_column = data.time_column.value_or("");
  if (data.task == "classification") options.task = Task::classification;
  if (data.task == "regression") options.task = Task::regression;
  if (data.task && !data.task->empty() && !options.task)
    return refuse(fmt::format("--task must be classification or regression, got '{}'", quoted(*data.task)));
  if (data.scaling) {
    HONE_TRY(options.scaling, find_scaling(*data.scaling));
  }
  options.columns = data.columns;
  options.seed = seed;
  return options;
}

std::int64_t members_for(std::size_t rows, std::int64_t jobs) {
  if (rows <= 5'000) return 8;
  return rows <= 20'000 ? 4 : std::min<std::int64_t>(jobs, 4);
}

std::int64_t finalists_for(const Dataset& dataset) {
  return dataset.is_split_by_row() && dataset.train().features.rows <= 5'000 ? 8 : 1;
}

std::int64_t epochs_for_budget(double epoch_operations, std::optional<double> time_seconds, std::int64_t jobs) {
  if (!time_seconds) return 27;
  const double budget = *time_seconds * static_cast<double>(jobs) * 0.8 * operations_per_second;
  const double epochs = budget / (20 * std::max(epoch_operations, 1.0));
  return static_cast<std::int64_t>(std::clamp(std::floor(epochs), 9.0, 81.0));
}

Result<FitSetup> fit_setup(const Arguments& arguments, const std::function<void(std::string)>& phase) {
  FitSetup setup;
  HONE_TRY(const GivenFile given, given_file(arguments));
  const StudyFile& file = given.file;
  HONE_TRY_VOID(read_search(arguments, file, setup));
  if (auto known = make_sampler(setup.options.sampler, {}); !known) return std::unexpected(known.error());
  if (auto known = make_pruner(setup.options.pruner, {}, {27}); !known) return std::unexpected(known.error());
  HONE_TRY(const auto typed_seed, arguments.seed("--seed"));
  const std::uint64_t seed = typed_seed ? *typed_seed : file.seed.value_or(0);
  HONE_TRY(const auto epochs, arguments.integer("--epochs", 1, epochs_max));
  if (file.fit_max_step > epochs_max)
    return refuse(fmt::format("[fit] max_step must be at most {}, got {}", epochs_max, *file.fit_max_step));
  HONE_TRY(const auto format, arguments.text("--format"));
  if (format && *format != "json" && *format != "table")
    return refuse(fmt::format("--format must be table or json, got '{}'", quoted(*format)));
  setup.json = format == "json";
  setup.fresh = arguments.has("--fresh");

  phase("loading");
  HONE_TRY(const DataOptions data, data_options(arguments, file, seed));
  HONE_TRY(setup.dataset, load_dataset(data));
  HONE_TRY(const auto metric, arguments.text("--metric"));
  HONE_TRY(setup.metric,
           find_metric(metric ? *metric : file.fit_metric.value_or(file.metric.value_or("")), setup.dataset->target()));

  if (setup.members == 0) setup.members = members_for(setup.dataset->train().features.rows, setup.jobs);
  HONE_TRY(const auto finalists, arguments.integer("--finalists", 1, 1000));
  setup.finalists = finalists.value_or(finalists_for(*setup.dataset));
  if (setup.finalists > 1 && !setup.dataset->is_split_by_row())
    return refuse(
        "--finalists are compared on rows that are drawn at random, which the split of these data forbids: "
        "leave it out");
  const DataShape shape = search_shape(*setup.dataset);
  setup.fixed = file.fixed;
  HONE_TRY(Space space, space_for(file, given.extend, shape, setup.dataset->train().features.rows));
  HONE_TRY_VOID(check_network_space(space, setup.fixed));
  const Point start = space.default_point().value_or(Point(space.axes().size(), 0.5));
  HONE_TRY(const NetworkPlan plan, network_plan(space.configuration(start), setup.fixed, shape, 27));
  setup.space = std::make_shared<const Space>(std::move(space));

  StudyRecord& record = setup.record;
  HONE_TRY(const auto name, arguments.text("--study"));
  record.name = name ? *name : default_name(setup, seed);
  record.kind = "fit";
  record.directions = {setup.metric->maximize ? "maximize" : "minimize"};
  record.metrics = {std::string(setup.metric->name)};
  record.seed = seed;
  record.max_step = epochs ? *epochs
                    : file.fit_max_step
                        ? *file.fit_max_step
                        : epochs_for_budget(epoch_operations(plan.spec, setup.dataset->train().features.rows) *
                                                static_cast<double>(setup.seeds),
                                            setup.time_seconds, setup.jobs);
  setup.options.same_max_step = epochs || file.fit_max_step;
  setup.file = normalised(setup, data, file, seed);
  record.study_file = study_file_toml(setup.file);
  const std::string seeds = setup.seeds > 1 ? fmt::format("seeds_per_trial = {}", setup.seeds) : "";
  record.space_hash = hash_text(setup.space->to_toml() + setup.fixed.json() + seeds);
  record.data_hash = setup.dataset->content_hash();
  setup.options.enqueue = file.enqueue;
  setup.options.kernel_id = fmt::format("{} {}", HONE_VERSION, kernel_name());

  HONE_TRY(const auto storage, arguments.text("--storage"));
  const char* from_environment = std::getenv("HONE_STORAGE");
  setup.storage_url = storage ? *storage : from_environment ? from_environment : "sqlite:///hone.db";
  HONE_TRY(const auto out, arguments.text("--out"));
  setup.out = out ? *out : record.name;
  HONE_TRY_VOID(Study::check(record, setup.space, setup.options));
  HONE_TRY_VOID(check_out_folder(setup.out));
  return setup;
}

}  // namespace hone
