/// One start of a program for a trial, from its first line to its end.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runners/external_command.hpp"
#include "runners/program_log.hpp"

namespace hone {

class ProgramTrial {
 public:
  ProgramTrial(const ExternalCommandOptions& options, const RunRequest& request, std::size_t index,
               RunObserver& observer, const Clock& clock);

  /// Hears the program out, ends it when it is time. Errors: of the observer (the program is ended first).
  Result<RunOutcome> follow(RunningProgram& program, const std::string& command_line);
  bool keeper_was_lost() const { return keeper_was_lost_; }

 private:
  void hear(OutputStream stream, std::string_view piece);
  void hear_line(OutputStream stream, std::string_view line);
  void hear_report(std::string_view text);
  void report(std::int64_t step, const std::vector<double>& values);
  void ignore(const std::string& what);
  /// From now on nothing counts any more, and the program is asked to end.
  void stop(TrialState as, std::string reason = "", bool at_once = false);
  void look(double now);
  double patience(double now) const;
  void look_at_memory(double now);
  RunOutcome outcome_of(const ProgramEnd& end) const;
  std::string why_failed(const ProgramEnd& end) const;
  std::string with_last_error(std::string reason) const;
  Result<void> note(const ProgramEnd& end);

  const ExternalCommandOptions& options_;
  const RunRequest& request_;
  std::size_t index_;
  RunObserver& observer_;
  const Clock& clock_;
  RunningProgram* program_ = nullptr;
  bool keeper_was_lost_ = false;
  ProgramLog log_;
  LineCutter out_, err_;

  std::optional<double> timeout_at_, kill_at_;  // seconds of the clock
  double memory_at_ = 0, memory_every_ = 0;     // when to look at the memory next, and how often
  std::int64_t peak_bytes_ = 0;

  std::optional<TrialState> ended_as_;  // decided before the program ended by itself
  std::string reason_;
  std::optional<Error> error_;
  std::int64_t step_ = 0;     // of the last report
  std::int64_t matches_ = 0;  // of the pattern
  std::int64_t reports_ = 0, ignored_ = 0;
  std::vector<double> reported_, result_;  // the last report, and the line without a step
  std::vector<double> constraints_;
  std::string attributes_, first_ignored_, last_error_line_;
};

}  // namespace hone
