/// A study that comes from a file of another program, or of hone itself: what its readers give, before a store has it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "space/study_file.hpp"
#include "storage/store.hpp"

namespace hone {

struct ForeignTrial {
  std::string where;                        ///< for messages: "demo.db, trial 7", "trials.csv:8"
  TrialState state = TrialState::complete;  ///< complete, pruned, failed; or waiting
  Configuration configuration;              ///< as far as the file has it
  std::vector<double> values, constraints;
  std::vector<ImportedTrial::ImportedReport> reports;
  std::string arm, why, reason;
  std::string attributes;  ///< a JSON object, or ""
  std::int64_t attempt = 0;
  std::int64_t started_ms = 0;  ///< 0: not known
  double seconds = 0, cost = 0;
  std::optional<std::uint64_t> seed;  ///< of its run
};

struct ForeignStudy {
  std::string name;                ///< what the file calls it, or ""
  StudyFile file;                  ///< directions, metrics, space, steps of a full run
  std::vector<Parameter> domains;  ///< of an open study, whose file has no space: every parameter that trials have
  std::vector<std::string> said;   ///< the names of those that the study it is added to has already
  std::vector<ForeignTrial> trials;
  std::string attributes;          ///< a JSON object of the study's own, or ""
  std::vector<std::string> notes;  ///< what was guessed, changed or left out, a line each
};

/// What was typed, and what is known before the file is read.
struct ImportWishes {
  std::string path;
  std::optional<std::string> optuna_study;         ///< --name
  std::vector<std::string> values, directions;     ///< --value, --direction: one for each objective
  std::vector<std::string> ignored;                ///< --ignore: columns of a CSV file
  std::optional<StudyFile> file;                   ///< of --space, or of the study that trials are added to
  std::string file_source;                         ///< what that is, for messages
  std::map<std::string, Parameter> known_domains;  ///< of the open study that trials are added to
};

// One for each kind of file. Errors: `invalid_argument` naming file, row or trial, column or parameter, and the cure.
Result<ForeignStudy> read_optuna_study(const ImportWishes& wishes);
Result<ForeignStudy> read_csv_study(const ImportWishes& wishes);
Result<ForeignStudy> read_json_study(const ImportWishes& wishes);

/// Directions and metrics as typed, else as the study file has them, else `metrics` minimized (which is noted). Errors:
/// as many directions as objectives; typed ones that contradict the study file.
Result<void> take_objectives(const ImportWishes& wishes, const std::vector<std::string>& metrics, ForeignStudy& study);

/// What a column of values seems to be: ints or floats in the range seen, bools, or choices. Errors: none of these.
Result<Parameter> guessed_parameter(const std::string& name, std::span<const Value> values);
/// `a` becomes the smallest domain that holds both; true if it was another one before. Errors: of different kinds.
Result<bool> widen(Parameter& a, const Parameter& b);
/// "x: float 0 .. 1, log": for people.
std::string domain_text(const Parameter& parameter);

/// The space of a study without [space] in its file, from the trials themselves, with notes; of complete and pruned
/// trials that do not all have the same parameters it makes an open study of it. Errors: of `guessed_parameter`.
Result<void> guess_space(const ImportWishes& wishes, const std::vector<std::string>& names, ForeignStudy& study);

/// The study's trials in `space` (without parameters: an open study) as a store takes them, numbered from `first`. What
/// cannot be a trial there and measured nothing (a failed or waiting trial that lacks values) is left out, with a note.
/// Errors: the first trial that does not fit.
Result<std::vector<ImportedTrial>> fit_trials(ForeignStudy& study, const Space& space, std::int64_t first,
                                              std::uint64_t study_seed);

/// The domains of the open study that trials are added to come first; `more` are those that it has not had.
void take_open_domains(const ImportWishes& wishes, const std::vector<Parameter>& more, ForeignStudy& study);

/// The steps of a full run, where nobody has said them: the last one that a complete trial reported.
void guess_max_step(ForeignStudy& study);

/// Unix time in ms of "2026-11-23T20:15:07Z"; nothing if it is none.
std::optional<std::int64_t> read_utc_time(const std::string& text);

}  // namespace hone
