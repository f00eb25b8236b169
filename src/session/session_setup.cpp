#include "session/session_setup.hpp"

#include <fmt/format.h>

#include "base/files.hpp"

namespace hone {
Result<SessionSetup> session_setup(const StudyFile& file, const std::string& stem, const SessionWishes& wishes) {
  if (file.data.path || file.data.target)
    return refuse("the study file has a [data] section: that is for `hone fit`; a session evaluates nothing itself");
  if (file.search.seeds_per_trial != 1)
    return refuse(fmt::format("[search] seeds_per_trial must be 1 in a session, got {}: each trial is run once",
                              file.search.seeds_per_trial));
  SessionSetup setup;
  HONE_TRY(Space space, searched_space(file));
  setup.space = std::make_shared<const Space>(std::move(space));

  StudyRecord& record = setup.record;
  record.kind = "session";
  record.directions = file.directions.empty() ? std::vector<std::string>{"minimize"} : file.directions;
  record.metrics = file.metrics.empty() ? std::vector<std::string>{file.metric.value_or("value")} : file.metrics;
  record.seed = wishes.seed ? *wishes.seed : file.seed.value_or(0);
  record.max_step = file.run && file.run->max_step ? *file.run->max_step : file.fit_max_step.value_or(0);
  record.space_hash = hash_text(setup.space->to_toml());
  const std::string identity = fmt::format("{} {}", record.space_hash, record.seed);
  record.name = wishes.name ? *wishes.name
                : file.name ? *file.name
                            : fmt::format("session-{}-{}", stem, hash_text(identity).substr(0, 8));

  StudyOptions& options = setup.options;
  options.sampler = wishes.sampler ? *wishes.sampler : file.search.sampler.value_or("auto");
  options.pruner = wishes.pruner ? *wishes.pruner : file.search.pruner.value_or("none");
  options.options = file.search.options;
  options.trials = wishes.trials ? wishes.trials : file.search.trials;
  options.cost = file.search.cost;
  options.cost_per_hour = file.search.cost_per_hour.value_or(0);
  options.same_max_step = true;
  options.retries = 1'000'000;  // a session that was killed says nothing against its trials
  options.audit = file.search.audit;
  options.enqueue = file.enqueue;
  options.caller_keeps_states = true;
  options.kernel_id = HONE_VERSION;
  setup.time_seconds = wishes.time_seconds ? wishes.time_seconds : file.search.time_seconds;
  if (options.pruner != "none" && record.max_step == 0)
    return refuse(fmt::format("pruner '{}' needs the steps of a full run: write [run] max_step into the study file",
                              options.pruner));

  StudyFile normal = file;
  normal.name = record.name;
  normal.seed = record.seed;
  normal.directions = record.directions;
  normal.space = *setup.space;
  normal.fixed = {};  // are constants of the space
  record.study_file = study_file_toml(normal);
  HONE_TRY_VOID(Study::check(record, setup.space, options));
  return setup;
}

}  // namespace hone
