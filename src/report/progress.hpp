/// Live progress of a search: a few lines redrawn in place on a terminal, plain lines elsewhere.
#pragma once
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace hone {

/// Everything that is shown; plain data that the caller fills in anew for each update.
struct ProgressState {
  std::string phase = "search";                         ///< "loading", "search", "final training", ...
  std::optional<std::int64_t> phase_step, phase_steps;  ///< with `step_name`: "epoch 7/27"
  std::string step_name = "epoch";
  std::optional<double> phase_seconds_left;

  std::optional<std::int64_t> trials_total;  ///< budget of the study, if it has one
  std::int64_t complete = 0, running = 0, paused = 0, pruned = 0, failed = 0;
  std::int64_t jobs = 1;  ///< trials at once

  std::string metric = "value";
  bool maximize = false;
  std::optional<double> best_value;  ///< as measured
  std::int64_t best_trial = 0;
  std::string best_parameters;  ///< "learning_rate=0.01 layers=2"
  std::vector<double> curve;    ///< best so far after each finished trial; NaN where there was none

  double elapsed_seconds = 0;
  std::optional<double> time_budget_seconds;
  std::optional<double> cost, cost_budget;  ///< of the study, if it has one
};

struct ProgressLook {
  std::size_t width = 80;   ///< columns; no line is wider
  std::size_t height = 24;  ///< rows; there are fewer lines than that
  bool colour = false;
  bool unicode = true;  ///< else ASCII only
};

/// The lines a terminal shows, without line ends. Pure. At most 9 lines, each at most `look.width` wide.
std::vector<std::string> render_progress(const ProgressState& state, const ProgressLook& look);
/// One plain line, stable in form: what a log shows. `with_parameters`: the best configuration too (an improvement).
std::string progress_line(const ProgressState& state, bool with_parameters);

struct ProgressOptions {
  std::FILE* sink = nullptr;
  bool terminal = false;
  ProgressLook look = {};
  bool follow_size = false;     ///< ask the terminal for its size before each drawing
  double redraw_seconds = 0.2;  ///< terminal: at most this often
  double line_seconds = 5;      ///< elsewhere: at most this often, improvements apart
};
/// Does the locale (LC_ALL, LC_CTYPE, LANG) say that UTF-8 is understood?
bool utf8_locale();
/// What suits `sink`: terminal or not, width (COLUMNS, the terminal, 80), colour (NO_COLOR, TERM=dumb), UTF-8 or not
/// (LC_ALL, LC_CTYPE, LANG).
ProgressOptions progress_options_for(std::FILE* sink);

/// Owns the lines at the bottom of the sink until `finish`. The cursor is never hidden, so that a killed process leaves
/// a usable terminal. Thread safe. Writing errors are ignored: progress is not a result.
class Progress {
 public:
  explicit Progress(ProgressOptions options, const Clock& clock = system_clock());
  ~Progress();  ///< as `finish`
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows `state` if it is time to; elsewhere than on a terminal a change of phase and an improvement are shown at
  /// once. Cheap enough to be called ten times a second, which keeps the clock on the terminal running.
  void update(const ProgressState& state);
  /// A lasting line above the progress.
  void note(std::string_view line);
  /// Shows the last state for good and leaves the cursor on an empty line. Later calls do nothing.
  void finish();

 private:
  // All of these need mutex_.
  void draw(std::string_view above);  // `above` ("" or lines with their ends) stays for good
  void write_line(double now);
  void write(std::string_view text);

  ProgressOptions options_;
  const Clock& clock_;
  std::mutex mutex_;  // guards everything below
  ProgressState state_;
  std::vector<std::size_t> drawn_;  // widths of the lines that stand on the terminal
  std::optional<double> shown_at_;  // seconds; nothing before the first time
  ProgressState shown_;             // what was shown then
  bool pending_ = false;            // state_ is newer than shown_
  bool finished_ = false;
};

}  // namespace hone
