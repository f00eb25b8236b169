/// The texts of progress.hpp: pure functions of a state.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "report/curve.hpp"
#include "report/progress.hpp"
#include "report/text_table.hpp"
#include "report/text_width.hpp"

namespace hone {
namespace {

constexpr std::size_t label_width = 9;  // "trials   "
constexpr std::size_t bar_width_max = 30;
constexpr std::size_t plot_width_max = 48;
constexpr std::size_t parameter_lines_max = 3;

/// Wraps in one SGR attribute, or not at all.
class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string red(std::string_view text) const { return paint("31", text); }
  std::string green(std::string_view text) const { return paint("32", text); }

 private:
  std::string paint(std::string_view code, std::string_view text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool colour_;
};

std::int64_t finished(const ProgressState& state) {
  return state.complete + state.pruned + state.failed;
}

bool any_trial(const ProgressState& state) {
  return finished(state) + state.running + state.paused > 0;
}

/// Share done, of what bounds the phase; nothing if nothing does.
std::optional<double> share_done(const ProgressState& state) {
  if (state.phase_steps && *state.phase_steps > 0)
    return static_cast<double>(state.phase_step.value_or(0)) / static_cast<double>(*state.phase_steps);
  std::optional<double> share;
  if (state.time_budget_seconds && *state.time_budget_seconds > 0)
    share = state.elapsed_seconds / *state.time_budget_seconds;
  if (state.cost && state.cost_budget && *state.cost_budget > 0)
    share = std::max(share.value_or(0), *state.cost / *state.cost_budget);
  if (state.trials_total && *state.trials_total > 0)
    share =
        std::max(share.value_or(0), static_cast<double>(finished(state)) / static_cast<double>(*state.trials_total));
  return share;
}

/// "epoch 7/27, 12s left", "35s of 1m00s, 25s left", "35s".
std::string time_text(const ProgressState& state) {
  std::vector<std::string> parts;
  if (state.phase_step)
    parts.push_back(state.phase_steps ? fmt::format("{} {}/{}", state.step_name, *state.phase_step, *state.phase_steps)
                                      : fmt::format("{} {}", state.step_name, *state.phase_step));
  else if (state.time_budget_seconds)
    parts.push_back(fmt::format("{} of {}", duration_text(std::floor(state.elapsed_seconds)),
                                duration_text(*state.time_budget_seconds)));
  else
    parts.push_back(duration_text(std::floor(state.elapsed_seconds)));
  if (state.phase_seconds_left)
    parts.push_back(duration_text(std::ceil(*state.phase_seconds_left)) + " left");
  else if (state.time_budget_seconds && !state.phase_step)
    parts.push_back(
        duration_text(std::max(0.0, std::ceil(*state.time_budget_seconds - std::floor(state.elapsed_seconds)))) +
        " left");
  return join(parts, ", ");
}

std::string bar(double share, std::size_t width, const ProgressLook& look, const Painter& paint) {
  const double clipped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0;
  const auto done = static_cast<std::size_t>(std::floor(clipped * static_cast<double>(width)));
  std::string left, right;
  for (std::size_t i = 0; i < width; ++i)
    (i < done ? left : right) += look.unicode ? (i < done ? "━" : "─") : (i < done ? "#" : "-");
  return paint.green(left) + paint.dim(right);
}

std::string head_line(const ProgressState& state, const ProgressLook& look, const Painter& paint) {
  const std::string time = time_text(state);
  std::string line = paint.bold(pad_right(state.phase, label_width - 1)) + " ";
  const std::size_t taken = text_width(line) + text_width(time) + 2;
  const auto share = share_done(state);
  if (share && taken + 4 <= look.width)
    line += bar(*share, std::min(bar_width_max, look.width - taken), look, paint) + "  ";
  return line + time;
}

/// "; cost 12.5 of 40".
std::string cost_text(const ProgressState& state) {
  if (!state.cost || !state.cost_budget) return "";
  return fmt::format("; cost {} of {}", short_number(*state.cost), number_text(*state.cost_budget));
}

std::string trials_line(const ProgressState& state, const Painter& paint) {
  const std::string failed = fmt::format("{} failed", state.failed);
  std::string line = pad_right("trials", label_width) +
                     fmt::format("{} complete, {} pruned, {}, {} running, {} paused", state.complete, state.pruned,
                                 state.failed > 0 ? paint.red(failed) : failed, state.running, state.paused);
  if (state.trials_total) line += fmt::format("; {} of {} done", finished(state), *state.trials_total);
  line += cost_text(state);
  if (state.jobs > 1) line += fmt::format("; {} at once", state.jobs);
  return line;
}

/// The curve with its best value beside the top line and its first one beside the bottom.
void add_plot(const ProgressState& state, const ProgressLook& look, const Painter& paint, std::size_t height,
              std::vector<std::string>& lines) {
  std::vector<double> finite;
  for (const double value : state.curve)
    if (std::isfinite(value)) finite.push_back(value);
  if (finite.size() < 2 || look.width < label_width + 24) return;
  const auto [low, high] = std::ranges::minmax(finite);
  const std::size_t width = std::min(plot_width_max, look.width - label_width - 12);
  const auto plot = curve_plot(state.curve, width, height, look.unicode);
  for (std::size_t i = 0; i < plot.size(); ++i) {
    std::string line = std::string(label_width, ' ') + plot[i];
    if (i == 0) line += "  " + paint.dim(short_number(high, 4));
    if (i + 1 == plot.size()) line += "  " + paint.dim(short_number(low, 4));
    lines.push_back(line);
  }
}

}  // namespace

std::vector<std::string> render_progress(const ProgressState& state, const ProgressLook& look) {
  const Painter paint(look.colour);
  const std::string_view mark = look.unicode ? "…" : "...";
  std::vector<std::string> lines = {head_line(state, look, paint)};
  if (any_trial(state)) lines.push_back(trials_line(state, paint));
  if (state.best_value) {
    const std::string value = fmt::format("{} {}", state.metric, short_number(*state.best_value));
    lines.push_back(pad_right("best", label_width) + paint.bold(value) + fmt::format(", trial {}", state.best_trial));
    const std::string parameters = quoted(state.best_parameters, state.best_parameters.size());
    const std::size_t room = look.width > label_width ? look.width - label_width : 1;
    auto wrapped = wrap_text(parameters, room);
    if (wrapped.size() > parameter_lines_max) {
      wrapped.resize(parameter_lines_max);
      wrapped.back() = cut_text(wrapped.back(), room > 4 ? room - 4 : 1, mark) + " " + std::string(mark);
    }
    for (const std::string& line : wrapped)
      if (!line.empty()) lines.push_back(std::string(label_width, ' ') + line);
    add_plot(state, look, paint, 3, lines);
  }
  if (lines.size() + 1 > look.height) lines.resize(std::max<std::size_t>(1, look.height > 0 ? look.height - 1 : 1));
  for (std::string& line : lines) line = cut_text(line, look.width, mark);
  return lines;
}

std::string progress_line(const ProgressState& state, bool with_parameters) {
  std::string line = fmt::format("[{}] {}", duration_text(std::floor(state.elapsed_seconds)), state.phase);
  if (state.phase_step) return line + ": " + time_text(state);
  if (!any_trial(state)) return line;
  line += fmt::format(": {} complete, {} pruned, {} failed, {} running, {} paused", state.complete, state.pruned,
                      state.failed, state.running, state.paused);
  if (state.trials_total) line += fmt::format(", of {} trials", *state.trials_total);
  line += cost_text(state);
  if (state.best_value)
    line += fmt::format("; best {} {} (trial {})", state.metric, short_number(*state.best_value), state.best_trial);
  if (state.best_value && with_parameters && !state.best_parameters.empty())
    line += " with " + quoted(state.best_parameters, state.best_parameters.size());
  if (state.time_budget_seconds)
    line += fmt::format(
        "; {} left",
        duration_text(std::max(0.0, std::ceil(*state.time_budget_seconds - std::floor(state.elapsed_seconds)))));
  return line;
}

}  // namespace hone
