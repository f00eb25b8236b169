/// The last act of `hone fit` (declared in cli/fit_search.hpp): the winner's final training and the files.
#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/fit_search.hpp"
#include "report/json_out.hpp"
#include "report/summary.hpp"
#include "report/text_table.hpp"
#include "runners/native_network.hpp"

namespace hone {
namespace {

std::string columns_json(const Dataset& dataset) {
  TextTable table;
  table.columns = {
      {"name", "name"}, {"role", "role"}, {"missing", "missing"}, {"distinct", "distinct"}, {"reason", "reason"}};
  for (const ColumnDecision& column : dataset.columns())
    table.rows.push_back({column.name, column.role, static_cast<std::int64_t>(column.missing),
                          static_cast<std::int64_t>(column.distinct), column.reason});
  return table_json(table);
}

/// best.toml, trials.csv, columns.json beside the model.
Result<void> write_files(FitRun& run, const TrialRecord& winner, const FitFinal& result) {
  const std::filesystem::path& out = run.setup.out;
  const std::vector<std::string> comment = {
      fmt::format("Trial {} of study {}: validation {} {}, sealed test {}.", winner.number, run.study.record().name,
                  run.setup.metric->name, short_number(result.validation), short_number(result.test)),
      "Repeat it: hone fit best.toml"};
  StudyFile file = run.setup.file;
  file.fit_max_step = run.study.record().max_step;
  if (run.setup.folds > 0)
    file.folds = run.setup.folds;
  else
    file.ensemble = run.setup.members;
  HONE_TRY_VOID(write_file(out / "best.toml", best_toml(file, winner.configuration, comment)));
  HONE_TRY_VOID(write_file(out / "trials.csv", trials_csv(run.study.trials(), run.study.record().metrics)));
  return write_file(out / "columns.json", columns_json(*run.setup.dataset));
}

/// How often the sealed part was looked at before, by other winners of this study.
Result<std::int64_t> looks_before(Study& study) {
  HONE_TRY(const auto stored, study.store().attribute(study.record().id, "final"));
  if (!stored) return 0;
  HONE_TRY(const FitFinal before, parse_final(*stored));
  return before.looks;
}

}  // namespace

Result<FitFinal> finish_fit(FitRun& run, const FitWinner& chosen) {
  FitSetup& setup = run.setup;
  const TrialRecord& winner = chosen.trial;
  HONE_TRY_VOID(make_folder(setup.out));
  remove_abandoned(setup.out);
  FitFinal result;
  result.trial = winner.number;
  result.epochs = chosen.epochs;
  result.finalists = chosen.finalists;
  if (chosen.score) {
    result.cross_validation = chosen.score->mean;
    result.fold_deviation = chosen.score->deviation;
  }
  result.validation = shown_value(winner);
  result.trials = static_cast<std::int64_t>(run.study.trials().size());
  result.time_seconds = setup.time_seconds.value_or(0);
  std::error_code ignored;
  result.model = (setup.out / "model.hone").string();

  FinalRequest request;
  request.study_seed = run.study.record().seed;
  request.trial = winner.number;
  request.configuration = winner.configuration;
  request.fixed = setup.fixed;
  request.epochs = result.epochs;
  request.max_step = run.study.record().max_step;
  request.members = setup.members;
  request.folds = setup.folds;
  request.metric = setup.metric;
  request.jobs = setup.jobs;
  request.checkpoints = run.checkpoints;
  const double start = run.elapsed_seconds();
  std::int64_t first_epoch = -1;                // where an earlier, killed attempt had come to
  request.progress = [&](std::int64_t epoch) {  // one thread at a time
    if (first_epoch < 0) first_epoch = epoch;
    ProgressState state = run.state("final training");
    state.phase_step = epoch;
    state.phase_steps = request.epochs;
    if (epoch > first_epoch)
      state.phase_seconds_left = (run.elapsed_seconds() - start) / static_cast<double>(epoch - first_epoch) *
                                 static_cast<double>(request.epochs - epoch);
    run.progress.update(state);
  };
  auto trained = train_final(*setup.dataset, request);
  if (!trained && trained.error().kind == Error::Kind::interrupted)
    return fail(Error::Kind::interrupted,
                "interrupted in the final training; everything is saved, the same command goes on where it stopped");
  HONE_TRY(Model model, std::move(trained));
  model.study = run.study.record().name;

  HONE_TRY(const std::int64_t before, looks_before(run.study));
  result.looks = before + 1;
  const auto& final_data = setup.dataset->final_data();
  HONE_TRY(const auto predictions, predict(model, final_data.test.features));
  result.test = setup.metric->score(final_data.target, predictions, final_data.test.targets);
  result.metrics = score_all(final_data.target, predictions, final_data.test.targets);

  HONE_TRY_VOID(save_model(model, result.model));
  HONE_TRY_VOID(write_files(run, winner, result));
  Store& store = run.study.store();
  HONE_TRY_VOID(store.set_attribute(run.study.record().id, "final", final_text(result)));
  HONE_TRY_VOID(store.set_attribute(run.study.record().id, "seconds_used", number_text(run.used_seconds())));
  Event look;
  look.kind = "look";
  look.trial = winner.number;
  look.detail = fmt::format("sealed test {} {}", setup.metric->name, number_text(result.test));
  HONE_TRY_VOID(store.log(run.study.record().id, look));
  for (std::int64_t m = 0; m < setup.networks(); ++m)
    std::filesystem::remove(run.checkpoints / fmt::format("final-{}.checkpoint", m), ignored);
  return result;
}

}  // namespace hone
