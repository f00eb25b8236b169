/// `hone fit`: tune and train a network on data.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/interrupt.hpp"
#include "base/presence.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_flags.hpp"
#include "cli/fit_search.hpp"
#include "cli/fit_setup.hpp"
#include "cli/study_place.hpp"

namespace hone {
namespace {

constexpr PositionalRow positionals[] = {
    {"DATA", true, "a CSV file (.gz too), a folder of IDX files, a known data set's name, or a study file (.toml)"},
};
constexpr FlagRow flags[] = {
    {"--target", "", "COLUMN", "the column to predict"},
    {"--task", "", "TASK", "classification or regression", "found from the target"},
    {"--metric", "", "METRIC", "what is optimised, for example accuracy, auc, log_loss, rmse, mae", "accuracy or rmse"},
    {"--test", "", "FILE", "the sealed test set", "a fifth of the rows"},
    {"--split-by", "", "COLUMN", "rows with one value in COLUMN never cross a split"},
    {"--time-column", "", "COLUMN", "the latest rows by COLUMN are the sealed test, those before them validation"},
    {"--columns", "", "NAME=KIND", "categorical, numeric, date or drop, instead of what the content says", "", true},
    {"--keep", "", "COLUMN", "use a column that would be dropped as id-like", "", true},
    {"--scaling", "", "KIND", "of numbers: standard, robust (RealMLP's, with smooth ends) or quantile", "standard"},
    {"--space", "", "FILE", "a study file whose [space] replaces the default one; [fixed] alone narrows it"},
    {"--extend-space", "", "FILE", "a study file whose [space] is added to the default one"},
    {"--time", "", "TIME", "for everything: loading, search, final training, test", "10m without --trials"},
    {"--trials", "", "N", "total trials of the study"},
    {"--epochs", "", "R", "epochs of a full training", "9 to 81 by the budget, 27 without one"},
    {"--ensemble", "", "N", "networks of the final model",
     "8 up to 5,000 rows, 4 up to 20,000, else 1 a job, at most 4"},
    {"--folds", "", "K", "one network for each of K folds instead, trained on the others, judged by it", "none"},
    {"--finalists", "", "N",
     "best trials compared by cross-validation before one wins, within as many epochs as the search took",
     "8 up to 5,000 rows, else 1"},
    {"--jobs", "-j", "N", "trials at once, one thread each", "all cores"},
    {"--seed", "", "N", "same seed, same study (with -j 1 and --trials)", "0"},
    {"--sampler", "", "NAME", "see `hone samplers`", "auto"},
    {"--pruner", "", "NAME", "see `hone pruners`", "asha"},
    {"--audit", "", "SHARE", "of the trials that would be pruned, finished anyway to see what pruning costs", "0"},
    {"--seeds-per-trial", "", "N", "trainings of each trial, with seeds of their own; their mean counts", "1"},
    {"--study", "", "NAME", "the study to work on", "by data and question"},
    {"--storage", "", "URL", "where studies are kept", "$HONE_STORAGE, else sqlite:///hone.db"},
    {"--fresh", "", "", "forget the study of that name first"},
    {"--out", "", "DIR", "for model, best.toml, trials.csv, columns.json", "the study's name"},
    {"--format", "-f", "FORMAT", "table or json", "table"},
};
constexpr ExampleRow examples[] = {
    {"hone fit fashion-mnist --time 60s", "a known data set, one minute"},
    {"hone fit train.csv --target income --test test.csv --time 10m", "a CSV file with its own test set"},
    {"hone fit ads.csv --target Y --metric auc --trials 50 --seed 7", "fifty trials, by area under the curve"},
};

/// The result of an earlier start, if it answers what is asked now.
Result<std::optional<FitFinal>> earlier_result(const FitSetup& setup, Study& study) {
  HONE_TRY(const auto stored, study.store().attribute(study.record().id, "final"));
  if (!stored) return std::optional<FitFinal>{};
  HONE_TRY(FitFinal result, parse_final(*stored));
  const auto trials = static_cast<std::int64_t>(study.trials().size());
  const bool trials_spent = setup.options.trials && trials >= *setup.options.trials;
  const bool time_spent = setup.time_seconds && result.time_seconds >= *setup.time_seconds;
  const bool time_allows_more = setup.time_seconds && !time_spent && !trials_spent;
  const bool same = (trials_spent || time_spent) && !time_allows_more;
  std::error_code ignored;
  if (!same || !std::filesystem::exists(result.model, ignored)) return std::optional<FitFinal>{};
  if (std::filesystem::path(result.model) != setup.out / "model.hone") return std::optional<FitFinal>{};
  return std::optional(std::move(result));
}

void say_what_was_decided(const FitSetup& setup, const StudyRecord& record, Progress& progress) {
  for (const ColumnDecision& column : setup.dataset->columns())
    progress.note(fmt::format("  {:<24} {:<12} {}", quoted(column.name, 24), column.role, column.reason));
  for (const std::string& note : setup.dataset->notes()) progress.note(note);
  progress.note(fmt::format("study {} in {}: {} {}, {} at once, up to {} epochs", record.name,
                            without_password(setup.storage_url), setup.metric->maximize ? "maximise" : "minimise",
                            setup.metric->name, setup.jobs, record.max_step));
}

/// Search, final training, result.
Result<int> work(FitRun& run) {
  if (auto searched = search(run); !searched) return std::unexpected(as_failure(std::move(searched).error()));
  auto winner = choose_winner(run);
  if (!winner) {
    run.progress.finish();
    report_error(winner.error());
    return exit_without_result;
  }
  const auto result = finish_fit(run, *winner);
  if (!result) return std::unexpected(as_failure(result.error()));
  run.progress.finish();
  print_result(run.setup, run.study, *result, run.used_seconds());
  return exit_done;
}

Result<int> fit(const Arguments& arguments) {
  const double started = system_clock().monotonic_seconds();
  install_interrupt_handler();
  Progress progress(progress_options_for(stderr));
  HONE_TRY(FitSetup setup, fit_setup(arguments, [&](std::string phase) {
             ProgressState state;
             state.phase = std::move(phase);
             progress.update(state);
           }));
  if (signalled()) return fail(Error::Kind::interrupted, "interrupted; nothing had been started");
  StudyPlace place(setup.storage_url, setup.record.name);
  setup.options.checkpoints = place.folder();
  HONE_TRY(const auto store, open_store(setup.storage_url, true));
  if (setup.fresh) HONE_TRY_VOID(place.forget_study(*store));
  HONE_TRY_VOID(place.enter());
  HONE_TRY(const auto study, place.open(*store, setup.record, setup.space, setup.options));

  HONE_TRY(const double used_before, seconds_used(*study));
  FitRun run(setup, *study, progress, started, used_before);
  HONE_TRY(auto earlier, earlier_result(setup, *study));
  if (earlier) {
    progress.note("the study is finished; a larger --time or --trials continues it, --fresh starts it anew");
    progress.finish();
    print_result(setup, *study, *earlier, used_before);
    return exit_done;
  }

  say_what_was_decided(setup, study->record(), progress);
  return work(run);
}

int run_fit(const Arguments& arguments) {
  auto code = fit(arguments);
  return code ? *code : report_error(code.error());
}

}  // namespace

constinit const CommandInfo fit_command_info{
    .name = "fit",
    .summary = "tune and train a network on data",
    .description =
        "Searches hyperparameters of a dense network on the training part, judging by a validation part; "
        "trains the winner on both; looks at the sealed test part once. Ctrl-C saves; the same command "
        "goes on where it stopped. Budgets are totals of the study: the same command on a finished study "
        "prints its result again.",
    .positionals = positionals,
    .flags = flags,
    .examples = examples,
    .rest = "",
    .run = run_fit,
};

}  // namespace hone
