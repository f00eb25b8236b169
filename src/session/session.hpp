/// `hone session`: ask and tell as lines of JSON (docs/formats/session.md). One object in, one object out.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "session/session_setup.hpp"
#include "space/json_line.hpp"

namespace hone {

class Session {
 public:
  /// Opens the study in `store`, or creates it; `store` and `clock` must outlive the session. Errors: as `Study::open`.
  static Result<std::unique_ptr<Session>> open(Store& store, const SessionSetup& setup,
                                               const Clock& clock = system_clock());

  /// The answer to one line, without a line end. A wrong line is answered with {"error": .., "at": column} and changes
  /// nothing. Not thread safe.
  std::string answer(std::string_view line);

  /// Hands running trials back to waiting. Errors: of the store; what could be handed back has been.
  Result<void> close();

  /// To be called every second or so while nothing is asked: keeps the lease. See Study::tick.
  Result<void> tick() { return study_->tick(); }

  Study& study() { return *study_; }

 private:
  /// A trial that was given out and not told yet.
  struct Held {
    Assignment assignment;
    double since_seconds = 0;
  };
  using Answer = LineResult<std::string>;

  Session(std::unique_ptr<Study> study, const SessionSetup& setup, const Clock& clock, double used_before);

  Answer answer_or_fault(std::string_view line);
  Answer hello(const JsonNode& line, const JsonNode& verb);
  Answer ask(const JsonNode& line, const JsonNode& verb);
  Answer suggest(const JsonNode& line, const JsonNode& verb);
  Answer report(const JsonNode& line, const JsonNode& verb);
  Answer tell(const JsonNode& line, const JsonNode& verb);
  Answer enqueue(const JsonNode& line, const JsonNode& verb);
  Answer best(const JsonNode& line, const JsonNode& verb);
  Answer trials(const JsonNode& line, const JsonNode& verb);
  Answer stop(const JsonNode& line, const JsonNode& verb);

  LineResult<Held*> held(const JsonNode& line, const JsonNode& verb);
  LineResult<RunOutcome> outcome(const JsonNode& line, const JsonNode& verb) const;
  /// `verb`: "report" or "tell", for messages; the line has a value or values.
  LineResult<void> take_cost(const JsonNode& line, const Assignment& assignment);
  LineResult<std::vector<double>> values(const JsonNode& line, std::string_view verb) const;
  Answer tell_again(const JsonNode& verb, const RunOutcome& outcome);
  std::string given_out(Assignment assignment);
  double used_seconds() const;
  void save_used_seconds();

  friend struct SessionVerb;

  std::unique_ptr<Study> study_;
  const Clock& clock_;
  std::optional<double> time_seconds_;
  double used_before_ = 0, started_seconds_ = 0, saved_seconds_ = 0;
  std::map<std::int64_t, Held> held_;
  bool stopped_ = false;
};

}  // namespace hone
