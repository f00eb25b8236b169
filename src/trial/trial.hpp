/// A trial as it is recorded: one configuration, its runs, their reports, its state.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/shared_vector.hpp"
#include "space/space.hpp"

namespace hone {

using Revision = std::int64_t;  ///< counts the changes of a study; 0 before the first

enum class TrialState : std::uint8_t { waiting, running, paused, complete, pruned, failed };
/// Where the configuration came from.
enum class Origin : std::uint8_t { sampler, enqueued, default_, imported };

std::string_view state_name(TrialState state);
Result<TrialState> state_from(std::string_view name);
std::string_view origin_name(Origin origin);
Result<Origin> origin_from(std::string_view name);
inline bool is_finished(TrialState state) {
  return state == TrialState::complete || state == TrialState::pruned || state == TrialState::failed;
}
/// waiting -> running | pruned | failed; running -> waiting (handed back, lease lost) | paused | complete | pruned |
/// failed; paused -> running | waiting | pruned | failed. Finished trials never move.
bool is_legal_move(TrialState from, TrialState to);

/// An intermediate value of the first objective as it was measured (not oriented). NaN where it was not finite.
struct Report {
  std::int64_t step = 0;
  double value = 0;
  friend bool operator==(const Report&, const Report&) = default;
};

/// One evaluation of a trial's configuration. Run 0 is the first; others repeat it with another seed.
struct Run {
  std::int64_t index = 0;
  std::uint64_t seed = 0;
  std::int64_t attempt = 0;  ///< how often it was started (1 the first time)
  std::string token;         ///< fencing token of the present holder, "" if nobody holds it
  TrialState state = TrialState::waiting;
  std::vector<double> values;   ///< (objectives) when complete
  std::vector<Report> reports;  ///< ascending step, each step once
  /// (reports, objectives - 1): the values of the other objectives, NaN where they were not reported; empty with one.
  std::vector<double> further_values;
};

struct TrialRecord {
  std::int64_t number = 0;  ///< dense from 0
  TrialState state = TrialState::waiting;
  Origin origin = Origin::sampler;
  std::string arm;           ///< what proposed it: "tpe", "qmc", "default", "enqueued"
  std::string why;           ///< one line, or ""
  std::int64_t attempt = 0;  ///< how often the proposal was drawn again (duplicate, forbidden)
  Configuration configuration;
  SharedVector<double> point;       ///< (axes) canonical
  Revision seen = 0;                ///< prefix of the study that the suggestion was computed from
  Revision asked = 0;               ///< revision at which it was created
  Revision finished = 0;            ///< revision at which it finished, 0 before
  Revision changed = 0;             ///< revision of the last change
  std::vector<double> values;       ///< (objectives) as measured, valid only if complete; mean over complete runs
  std::vector<double> constraints;  ///< feasible when all <= 0
  std::vector<Run> runs;            ///< at least one
  std::int64_t until_step = 0;      ///< run up to this step, then pause or finish; 0: to the end
  std::int64_t started_ms = 0;      ///< unix time of the first start, 0 before
  double seconds = 0;               ///< time it was running, all attempts together
  double cost = 0;                  ///< what it has cost so far, in the study's unit
  std::string reason;               ///< why it failed or was pruned
};

}  // namespace hone
