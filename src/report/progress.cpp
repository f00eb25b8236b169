#include "report/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "report/text_width.hpp"

namespace hone {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Columns and rows of the terminal, 0 where it does not say.
std::pair<std::size_t, std::size_t> terminal_size(std::FILE* sink) {
  winsize size{};
  if (ioctl(fileno(sink), TIOCGWINSZ, &size) != 0) return {0, 0};
  return {size.ws_col, size.ws_row};
}

/// The last column stays free: some terminals wrap as soon as it is written.
std::size_t usable(std::size_t columns) {
  return std::max<std::size_t>(columns, 2) - 1;
}

std::int64_t finished_trials(const ProgressState& state) {
  return state.complete + state.pruned + state.failed;
}

bool is_improvement(const ProgressState& state, const ProgressState& before) {
  if (!state.best_value || std::isnan(*state.best_value)) return false;
  return !before.best_value || *state.best_value != *before.best_value;
}

}  // namespace

bool utf8_locale() {
  std::string locale;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (locale.empty()) locale = environment(name);
  std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

ProgressOptions progress_options_for(std::FILE* sink) {
  ProgressOptions options;
  options.sink = sink;
  const std::string_view term = environment("TERM");
  options.terminal = isatty(fileno(sink)) == 1 && term != "dumb" && !term.empty();
  const auto [columns, rows] = terminal_size(sink);
  const auto wanted = parse_integer(environment("COLUMNS"));
  options.follow_size = options.terminal && columns > 0 && !wanted;
  options.look.width = wanted && *wanted > 0 ? usable(static_cast<std::size_t>(std::min<std::int64_t>(*wanted, 1000)))
                       : columns > 0         ? usable(columns)
                                             : usable(80);
  if (rows > 0) options.look.height = rows;
  options.look.colour = options.terminal && environment("NO_COLOR").empty();
  options.look.unicode = utf8_locale() && term != "linux";  // the kernel's console lacks the signs
  return options;
}

Progress::Progress(ProgressOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {
  HONE_CHECK(options_.sink != nullptr, "progress needs somewhere to write to");
}
Progress::~Progress() {
  finish();
}

void Progress::write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), options_.sink);
  std::fflush(options_.sink);
}

void Progress::draw(std::string_view above) {
  if (options_.follow_size) {
    const auto [columns, rows] = terminal_size(options_.sink);
    if (columns > 0) options_.look.width = usable(columns);
    if (rows > 0) options_.look.height = rows;
  }
  // Lines that were drawn before the terminal became narrower take several rows now.
  std::size_t rows_up = 0;
  for (const std::size_t width : drawn_)
    rows_up += std::max<std::size_t>(1, (width + options_.look.width) / (options_.look.width + 1));
  std::string out = "\r";
  if (rows_up > 0) out += fmt::format("\x1b[{}A", rows_up);
  if (!above.empty()) out += fmt::format("\x1b[J{}", above);
  drawn_.clear();
  for (const std::string& line : render_progress(state_, options_.look)) {
    out += line + "\x1b[K\n";
    drawn_.push_back(text_width(line));
  }
  write(out + "\x1b[J");
}

void Progress::write_line(double now) {
  const bool improved = is_improvement(state_, shown_);
  write(progress_line(state_, improved) + "\n");
  shown_ = state_;
  shown_at_ = now;
  pending_ = false;
}

void Progress::update(const ProgressState& state) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  state_ = state;
  pending_ = true;
  const double now = clock_.monotonic_seconds();
  const bool new_phase = !shown_at_ || state.phase != shown_.phase;
  if (options_.terminal) {
    if (!new_phase && now - *shown_at_ < options_.redraw_seconds) return;
    draw("");
    shown_ = state_;
    shown_at_ = now;
    pending_ = false;
    return;
  }
  const bool moved = finished_trials(state) != finished_trials(shown_) || state.phase_step != shown_.phase_step;
  if (!moved && !new_phase && !is_improvement(state, shown_)) pending_ = false;
  const bool due = moved && shown_at_ && now - *shown_at_ >= options_.line_seconds;
  if (new_phase || due || is_improvement(state, shown_)) write_line(now);
}

void Progress::note(std::string_view line) {
  const std::lock_guard lock(mutex_);
  const std::string whole = std::string(line) + "\n";
  if (options_.terminal && !finished_ && shown_at_)
    draw(whole);
  else
    write(whole);
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  finished_ = true;
  if (!pending_) return;
  if (options_.terminal)
    draw("");
  else
    write_line(clock_.monotonic_seconds());
}

}  // namespace hone
