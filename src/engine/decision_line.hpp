/// The journal's line about a decision: what was decided, and the prefix of the study it was decided from.
///
/// Kind "decided", with the trial and the step. A report at a step that a pruner judges has such a line unless the
/// trial simply goes on and nothing came between the report and the decision: then the prefix ends with the report.
#pragma once
#include <string>
#include <string_view>

#include "trial/runner.hpp"
#include "trial/trial.hpp"

namespace hone {

constexpr std::string_view decision_kind = "decided";
/// The server had lost lines in a crash, and whoever writes this has noticed: of what stands before, decisions that no
/// line tells of may have been made from lines that are gone.
constexpr std::string_view reread_kind = "reread";

struct DecisionLine {
  enum class What {
    go_on,    ///< at `step`
    pause,    ///< at `step`
    stop,     ///< at `step`
    resume,   ///< a paused trial, up to `step`
    finish,   ///< nothing is complete at the end of the budget: the best paused trial, up to `step`
    suggest,  ///< the sampler proposed the known parameters of a trial of an open study
    audit,    ///< the pruner would have paused or stopped it at `step`; it goes on, to see whether that is right
  } what = What::go_on;
  Revision seen = 0;
};

/// "pause, seen 57"
std::string decision_text(const DecisionLine& line);
/// Errors: `corrupt`.
Result<DecisionLine> read_decision(std::string_view text);

std::string_view decision_name(DecisionLine::What what);
/// What a pruner's answer is called. `hand_back` is no pruner's.
DecisionLine::What decision_of(Decision decision);
/// What a trial is told: pause, stop, or go on.
Decision answer_of(DecisionLine::What what);

}  // namespace hone
