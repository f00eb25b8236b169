// A study on a small space, with a store in memory and a folder for checkpoints.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"
#include "engine/run_loop.hpp"
#include "engine/study.hpp"
#include "temporary_folder.hpp"

namespace hone {

inline Parameter real(std::string name, double low, double high) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.low = low;
  parameter.high = high;
  return parameter;
}

inline Parameter whole(std::string name, double low, double high) {
  Parameter parameter = real(std::move(name), low, high);
  parameter.type = ParameterType::int_;
  return parameter;
}

inline std::shared_ptr<const Space> space_of(std::vector<Parameter> parameters, std::vector<std::string> forbid = {}) {
  auto space = Space::make(std::move(parameters), std::move(forbid));
  EXPECT_TRUE(space) << space.error().message;
  return std::make_shared<const Space>(std::move(*space));
}

inline std::shared_ptr<const Space> plain_space() {
  return space_of({real("x", 0, 1), whole("n", 1, 40)});
}

inline StudyRecord wanted(const Space& space, std::int64_t max_step = 9, std::size_t objectives = 1) {
  StudyRecord record;
  record.name = "test";
  record.kind = "fit";
  record.directions = {"minimize"};
  record.metrics = {"loss"};
  for (std::size_t m = 1; m < objectives; ++m) {
    record.directions.emplace_back("maximize");
    record.metrics.push_back("metric " + std::to_string(m));
  }
  record.seed = 11;
  record.max_step = max_step;
  record.study_file = "format = 1\n" + space.to_toml();
  record.space_hash = hash_text(space.to_toml());
  return record;
}

struct Bench {
  TemporaryFolder folder;
  std::unique_ptr<Store> store = std::move(*open_store("memory://", true));
  std::shared_ptr<const Space> space = plain_space();
  StudyOptions options;
  std::size_t objectives = 1;

  Bench() {
    options.sampler = "random";
    options.checkpoints = folder.path();
    options.trials = 20;
    options.retries = 1000;
  }
  std::unique_ptr<Study> open() {
    auto study = Study::open(*store, wanted(*space, 9, objectives), space, options);
    EXPECT_TRUE(study) << study.error().message;
    return study ? std::move(*study) : nullptr;
  }
};

inline std::string run(Study& study, Runner& runner, std::int64_t jobs = 1) {
  RunLoopOptions options;
  options.jobs = jobs;
  auto ended = run_study(study, runner, options);
  EXPECT_TRUE(ended) << ended.error().message;
  return ended ? *ended : "error";
}

/// What must be equal between two studies: everything but times and revisions.
inline std::string fingerprint(Study& study) {
  std::string text;
  for (const TrialRecord& trial : study.trials()) {
    text += std::to_string(trial.number) + " " + std::string(state_name(trial.state)) + " " + trial.arm + " " +
            trial.configuration.json();
    for (const double value : trial.values) text += " value " + number_text(value);
    for (const Report& report : trial.runs[0].reports)
      text += " " + std::to_string(report.step) + ":" + number_text(report.value);
    text += "\n";
  }
  return text;
}

}  // namespace hone
