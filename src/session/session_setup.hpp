/// What a session is about: from a study file and what was typed to a study that can be opened.
#pragma once
#include <optional>
#include <string>

#include "engine/study.hpp"
#include "space/study_file.hpp"

namespace hone {

/// What was typed; it wins over the study file.
struct SessionWishes {
  std::optional<std::string> name = std::nullopt, sampler = std::nullopt, pruner = std::nullopt;
  std::optional<std::int64_t> trials = std::nullopt;
  std::optional<std::uint64_t> seed = std::nullopt;
  std::optional<double> time_seconds = std::nullopt;
};

struct SessionSetup {
  StudyRecord record;  ///< as it is to be created
  std::shared_ptr<const Space> space;
  StudyOptions options;
  std::optional<double> time_seconds;  ///< total of the study
};

/// [fixed] values become constants of the space. `stem` (the file's name without folder and ending) names a study whose
/// file does not; it is then made unique by what it searches. Errors: a file for `hone fit` ([data]), several runs per
/// trial, a fixed instance of a repeated parameter, a pruner without [run] max_step or with several objectives, and
/// whatever `Study::check` refuses.
Result<SessionSetup> session_setup(const StudyFile& file, const std::string& stem, const SessionWishes& wishes);

}  // namespace hone
