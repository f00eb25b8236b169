#include "runners/program_trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <thread>

#include "base/interrupt.hpp"
#include "base/text.hpp"

namespace hone {
namespace {

constexpr std::size_t log_part_bytes = 512 << 10;
constexpr std::int64_t reports_max = 100'000;  // of one start: a report is a line in the study's journal
constexpr double look_every_seconds = 0.1;     // whether somebody wants to stop
/// A program may grow by gigabytes in a second; without a limit the memory is looked at for the record only.
constexpr double limited_memory_every_seconds = 0.05, memory_every_seconds = 1, first_look_seconds = 0.1;
/// Looking at all processes of a large machine is not cheap: at most one part in so many of the time.
constexpr double memory_share = 20;

/// By a signal that asks, or with the exit code that shells make of it.
bool was_asked_to_end(const ProgramEnd& end) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    if (end.signal == signal || end.exit_code == 128 + signal) return true;
  return false;
}

/// A terminal or a cluster signals all processes of a job at once, and the program may have ended before we have heard
/// of it: that says nothing against the trial.
bool we_are_asked_too() {
  for (int i = 0; i < 20 && !interrupted(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return interrupted();
}

}  // namespace

ProgramTrial::ProgramTrial(const ExternalCommandOptions& options, const RunRequest& request, std::size_t index,
                           RunObserver& observer, const Clock& clock)
    : options_(options),
      request_(request),
      index_(index),
      observer_(observer),
      clock_(clock),
      log_(options.logs.empty() ? options.logs : options.logs / fmt::format("trial-{}.log", request.trial),
           log_part_bytes),
      out_(report_line_max),
      err_(report_line_max),
      memory_every_(options.memory_bytes_max ? limited_memory_every_seconds : memory_every_seconds),
      step_(request.from_step),
      matches_(request.from_step) {}

Result<RunOutcome> ProgramTrial::follow(RunningProgram& program, const std::string& command_line) {
  program_ = &program;
  const double started = clock_.monotonic_seconds();
  if (options_.timeout_seconds) timeout_at_ = started + *options_.timeout_seconds;
  memory_at_ = started + std::min(memory_every_, first_look_seconds);
  log_.add_line("[hone] " + command_line);
  std::optional<ProgramEnd> end;
  for (;;) {
    end = program.wait(patience(clock_.monotonic_seconds()),
                       [&](OutputStream stream, std::string_view piece) { hear(stream, piece); });
    if (end) break;
    look(clock_.monotonic_seconds());
  }
  out_.finish([&](std::string_view line) { hear_line(OutputStream::out, line); });
  err_.finish([&](std::string_view line) { hear_line(OutputStream::err, line); });
  keeper_was_lost_ = end->lost;
  if (!ended_as_ && was_asked_to_end(*end) && we_are_asked_too()) ended_as_ = TrialState::waiting;
  const RunOutcome outcome = outcome_of(*end);
  peak_bytes_ = std::max(peak_bytes_, end->peak_bytes);
  log_.add_line(fmt::format("[hone] {} after {}, {} of processors{}{}", state_name(outcome.state),
                            duration_text(std::max(1e-3, clock_.monotonic_seconds() - started)),
                            duration_text(end->cpu_seconds),
                            peak_bytes_ > 0 ? ", up to " + bytes_text(static_cast<double>(peak_bytes_)) : "",
                            outcome.reason.empty() ? "" : ": " + outcome.reason));
  if (error_) return std::unexpected(*error_);
  HONE_TRY_VOID(note(*end));
  return outcome;
}

void ProgramTrial::hear(OutputStream stream, std::string_view piece) {
  log_.add(piece);
  LineCutter& cutter = stream == OutputStream::out ? out_ : err_;
  cutter.add(piece, [&](std::string_view line) { hear_line(stream, line); });
}

void ProgramTrial::hear_line(OutputStream stream, std::string_view line) {
  if (stream == OutputStream::err && !trim(line).empty()) last_error_line_ = trim(line.substr(0, 1000));
  if (ended_as_) return;
  const auto text = stream == OutputStream::out ? report_text(line) : std::nullopt;
  if (text && line.size() > report_line_max)
    return ignore(fmt::format("`{}`: the line is longer than {}", quoted(line, 40), bytes_text(report_line_max)));
  if (text) return hear_report(*text);
  if (!options_.pattern) return;
  const auto number = options_.pattern->find(line);
  if (!number) return;
  ++matches_;
  reported_ = {*number};  // also beyond max_step: the last one is the result
  if (request_.max_step == 0 || matches_ <= request_.max_step) report(matches_, {*number});
}

void ProgramTrial::hear_report(std::string_view text) {
  const auto line = parse_report(text, options_.metrics, request_.max_step);
  if (!line) return ignore(line.error());
  if (line->constraints) constraints_ = *line->constraints;
  if (!line->attributes.empty()) attributes_ = line->attributes;
  if (line->cost) {
    if (auto done = observer_.cost(index_, *line->cost); !done) {
      error_ = std::move(done).error();
      return stop(TrialState::waiting);
    }
  }
  if (line->step)
    report(*line->step, line->values);
  else if (!line->values.empty())
    result_ = line->values;
}

void ProgramTrial::report(std::int64_t step, const std::vector<double>& values) {
  reported_ = values;
  if (++reports_ > reports_max) {
    if (reports_ == reports_max + 1) ignore(fmt::format("more than {} reports", reports_max));
    return;
  }
  const auto decision = observer_.report(index_, step, values);
  if (!decision) {
    error_ = decision.error();
    return stop(TrialState::waiting);
  }
  step_ = step;
  if (*decision == Decision::pause) stop(TrialState::paused);
  if (*decision == Decision::hand_back) stop(TrialState::waiting);
  if (*decision == Decision::stop) stop(TrialState::pruned, fmt::format("stopped at step {}", step));
}

void ProgramTrial::ignore(const std::string& what) {
  if (ignored_++ == 0) first_ignored_ = what;
}

void ProgramTrial::stop(TrialState as, std::string reason, bool at_once) {
  ended_as_ = as;
  reason_ = std::move(reason);
  kill_at_ = clock_.monotonic_seconds() + (at_once ? 0 : options_.grace_seconds);
  if (at_once)
    program_->kill();
  else
    program_->terminate();
}

double ProgramTrial::patience(double now) const {
  double until = now + look_every_seconds;
  if (kill_at_) return std::min(until, *kill_at_) - now;
  until = std::min(until, memory_at_);
  return (timeout_at_ ? std::min(until, *timeout_at_) : until) - now;
}

void ProgramTrial::look(double now) {
  if (ended_as_) {
    if (now >= *kill_at_) program_->kill();
    if (now >= *kill_at_) kill_at_ = now + 1;  // once more, should it not have been enough
    return;
  }
  if (interrupted()) return stop(TrialState::waiting);
  if (timeout_at_ && now >= *timeout_at_)
    return stop(TrialState::failed,
                fmt::format("timeout: it ran for longer than {}", duration_text(*options_.timeout_seconds)));
  if (now >= memory_at_) look_at_memory(now);
}

void ProgramTrial::look_at_memory(double now) {
  std::int64_t bytes = program_->memory_bytes(false);
  const auto limit = options_.memory_bytes_max;
  if (limit && bytes > *limit) bytes = program_->memory_bytes(true);
  peak_bytes_ = std::max(peak_bytes_, bytes);
  const double after = clock_.monotonic_seconds();
  memory_at_ = after + std::max(memory_every_, memory_share * (after - now));
  if (!limit || bytes <= *limit) return;
  stop(TrialState::failed,
       fmt::format("memory: its processes took {}, more than the {} of [run] memory",
                   bytes_text(static_cast<double>(bytes)), bytes_text(static_cast<double>(*limit))),
       true);
}

RunOutcome ProgramTrial::outcome_of(const ProgramEnd& end) const {
  RunOutcome outcome;
  outcome.step = step_;
  outcome.started_anew = request_.from_step == 0 && request_.reported_step > 0;
  if (ended_as_) {
    outcome.state = *ended_as_;
    outcome.reason = outcome.state == TrialState::failed ? with_last_error(reason_) : reason_;
    return outcome;
  }
  outcome.reason = why_failed(end);
  outcome.state = outcome.reason.empty() ? TrialState::complete : TrialState::failed;
  if (outcome.state == TrialState::complete) outcome.values = result_.empty() ? reported_ : result_;
  if (outcome.state == TrialState::complete) outcome.constraints = constraints_;
  return outcome;
}

std::string ProgramTrial::with_last_error(std::string reason) const {
  if (!last_error_line_.empty()) reason += ": " + quoted(last_error_line_, 300);
  return reason;
}

std::string ProgramTrial::why_failed(const ProgramEnd& end) const {
  if (end.start_error != 0)
    return fmt::format("the program cannot be started: {}{}", std::strerror(end.start_error),
                       end.start_error == ENOEXEC ? " (a script begins with a line such as #!/bin/sh)" : "");
  if (end.lost) return "the process that watched over the program was killed";
  if (end.signal != 0)
    return with_last_error(fmt::format("killed by {}{}", signal_text(end.signal),
                                       end.signal == SIGKILL ? ", perhaps because memory was short" : ""));
  if (end.exit_code != 0) return with_last_error(fmt::format("exit code {}", *end.exit_code));
  const std::vector<double>& values = result_.empty() ? reported_ : result_;
  if (values.empty() && ignored_ > 0)
    return fmt::format("no value: {} report{} not understood: {}", ignored_, ignored_ == 1 ? " was" : "s were",
                       first_ignored_);
  if (values.empty())
    return with_last_error(options_.pattern ? "no value: metric_regex matched no line that it printed"
                                            : "no value: it printed no line such as hone: {\"value\": 0.5}");
  for (const double value : values)
    if (!std::isfinite(value)) return fmt::format("the value is not finite ({})", number_text(value));
  return "";
}

Result<void> ProgramTrial::note(const ProgramEnd& end) {
  if (!attributes_.empty()) HONE_TRY_VOID(observer_.note(index_, "attrs", attributes_));
  if (ignored_ > 0)
    HONE_TRY_VOID(observer_.note(index_, "ignored", fmt::format("{} reports: {}", ignored_, first_ignored_)));
  std::string usage = fmt::format("cpu_seconds={:.3f}", end.cpu_seconds);
  if (peak_bytes_ > 0) usage += fmt::format(" peak_bytes={}", peak_bytes_);
  if (end.swept > 0) usage += fmt::format(" left_running={}", end.swept);
  return observer_.note(index_, "usage", usage);
}

}  // namespace hone
