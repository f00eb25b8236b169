#include "report/progress.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/text_width.hpp"

namespace hone {
namespace {

using Lines = std::vector<std::string>;

class HandClock final : public Clock {
 public:
  double now = 100;
  double monotonic_seconds() const override { return now; }
  std::int64_t unix_ms() const override { return 0; }
  double thread_cpu_seconds() const override { return 0; }
};

/// What was written to a temporary file so far, since the last call.
class Sink {
 public:
  Sink() : file_(std::tmpfile()) {}
  ~Sink() { std::fclose(file_); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  std::FILE* file() { return file_; }
  std::string take() {
    std::fseek(file_, taken_, SEEK_SET);
    std::string all;
    for (int c; (c = std::fgetc(file_)) != EOF;) all += static_cast<char>(c);
    taken_ += static_cast<long>(all.size());
    std::fseek(file_, 0, SEEK_END);
    return all;
  }

 private:
  std::FILE* file_;
  long taken_ = 0;
};

ProgressState searching() {
  ProgressState state;
  state.complete = 12;
  state.running = 2;
  state.paused = 3;
  state.pruned = 8;
  state.failed = 1;
  state.jobs = 2;
  state.metric = "accuracy";
  state.maximize = true;
  state.best_value = 0.8912;
  state.best_trial = 17;
  state.best_parameters = "learning_rate=0.0012 layers=2 units.1=128 units.2=64 activation=relu";
  state.curve = {0.7, 0.7, 0.8, 0.85, 0.85, 0.88, 0.8912};
  state.elapsed_seconds = 35.4;
  state.time_budget_seconds = 60;
  return state;
}

TEST(Progress, golden_ascii) {
  EXPECT_EQ(render_progress(searching(), {.width = 60, .unicode = false}),
            (Lines{"search   ###############------------  35s of 1m00s, 25s left",
                   "trials   12 complete, 8 pruned, 1 failed, 2 running, 3 pa...", "best     accuracy 0.8912, trial 17",
                   "         learning_rate=0.0012 layers=2 units.1=128", "         units.2=64 activation=relu",
                   "                         ...........------''''''  0.8912",
                   "                    -----                       ",
                   "         ___________                              0.7"}));
}

TEST(Progress, golden_unicode) {
  EXPECT_EQ(render_progress(searching(), {.width = 100}),
            (Lines{"search   ━━━━━━━━━━━━━━━━━─────────────  35s of 1m00s, 25s left",
                   "trials   12 complete, 8 pruned, 1 failed, 2 running, 3 paused; 2 at once",
                   "best     accuracy 0.8912, trial 17",
                   "         learning_rate=0.0012 layers=2 units.1=128 units.2=64 activation=relu",
                   "         ⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢠⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠒⠒⠒⠒⠒⠒⠒⠉⠉⠉⠉⠉⠉⠉  0.8912",
                   "         ⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢰⠒⠒⠒⠒⠒⠒⠊⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀",
                   "         ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡸⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀  0.7"}));
}

TEST(Progress, golden_final_training) {
  ProgressState state;
  state.phase = "final training";
  state.complete = 20;
  state.phase_step = 7;
  state.phase_steps = 28;
  state.phase_seconds_left = 11.6;
  state.elapsed_seconds = 48;
  state.time_budget_seconds = 60;
  EXPECT_EQ(render_progress(state, {.width = 70, .unicode = false}),
            (Lines{"final training #######-----------------------  epoch 7/28, 12s left",
                   "trials   20 complete, 0 pruned, 0 failed, 0 running, 0 paused"}));
  EXPECT_EQ(progress_line(state, false), "[48s] final training: epoch 7/28, 12s left");
}

TEST(Progress, without_a_time_budget_trials_are_counted) {
  ProgressState state;
  state.trials_total = 40;
  state.complete = 10;
  state.elapsed_seconds = 7.9;
  EXPECT_EQ(render_progress(state, {.width = 80, .unicode = false}),
            (Lines{"search   #######-----------------------  7s",
                   "trials   10 complete, 0 pruned, 0 failed, 0 running, 0 paused; 10 of 40 done"}));
}

TEST(Progress, plain_lines_have_one_form) {
  const ProgressState state = searching();
  EXPECT_EQ(progress_line(state, false),
            "[35s] search: 12 complete, 8 pruned, 1 failed, 2 running, 3 paused; best accuracy 0.8912 (trial 17); "
            "25s left");
  EXPECT_EQ(progress_line(state, true),
            "[35s] search: 12 complete, 8 pruned, 1 failed, 2 running, 3 paused; best accuracy 0.8912 (trial 17) with "
            "learning_rate=0.0012 layers=2 units.1=128 units.2=64 activation=relu; 25s left");
  ProgressState start;
  start.phase = "loading";
  EXPECT_EQ(progress_line(start, true), "[0s] loading") << "nothing is counted before the first trial";
}

TEST(Progress, colour_changes_nothing_but_colour) {
  Lines plain = render_progress(searching(), {.width = 100}),
        coloured = render_progress(searching(), {.width = 100, .colour = true});
  EXPECT_NE(plain, coloured);
  for (std::string& line : coloured)
    for (std::size_t at; (at = line.find('\x1b')) != std::string::npos;) line.erase(at, line.find('m', at) - at + 1);
  EXPECT_EQ(plain, coloured);
}

RC_GTEST_PROP(Progress, fits_whatever_the_terminal, ()) {
  ProgressState state = searching();
  state.phase = *rc::gen::container<std::string>(rc::gen::inRange<char>('a', 'z'));
  state.best_parameters = *rc::gen::arbitrary<std::string>();
  state.curve = *rc::gen::arbitrary<std::vector<double>>();
  if (*rc::gen::arbitrary<bool>()) state.time_budget_seconds = *rc::gen::arbitrary<double>();
  if (*rc::gen::arbitrary<bool>()) state.trials_total = *rc::gen::arbitrary<std::int32_t>();
  const ProgressLook look{.width = *rc::gen::inRange<std::size_t>(1, 120),
                          .height = *rc::gen::inRange<std::size_t>(2, 30),
                          .colour = *rc::gen::arbitrary<bool>(),
                          .unicode = *rc::gen::arbitrary<bool>()};
  const Lines lines = render_progress(state, look);
  RC_ASSERT(!lines.empty() && lines.size() < look.height && lines.size() <= 9u);
  for (const std::string& line : lines) {
    RC_ASSERT(text_width(line) <= look.width);
    RC_ASSERT(line.find('\n') == std::string::npos);
  }
}

TEST(Progress, nothing_but_ascii_where_ascii_is_asked_for) {
  ProgressState state = searching();
  for (const std::string& line : render_progress(state, {.width = 40, .unicode = false}))
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) << line;
}

TEST(Progress, terminal_redraws_in_place_and_not_too_often) {
  Sink sink;
  HandClock clock;
  ProgressState state;
  state.running = 1;
  {
    Progress progress({.sink = sink.file(), .terminal = true, .look = {.width = 79, .unicode = false}}, clock);
    progress.update(state);
    EXPECT_EQ(sink.take(),
              "\rsearch   0s\x1b[K\n"
              "trials   0 complete, 0 pruned, 0 failed, 1 running, 0 paused\x1b[K\n\x1b[J");
    clock.now += 0.1;
    state.complete = 1;
    progress.update(state);
    EXPECT_EQ(sink.take(), "");  // too early
    clock.now += 0.15;
    progress.update(state);
    EXPECT_EQ(sink.take(),
              "\r\x1b[2A"
              "search   0s\x1b[K\n"
              "trials   1 complete, 0 pruned, 0 failed, 1 running, 0 paused\x1b[K\n\x1b[J");
    progress.note("hello");
    EXPECT_TRUE(sink.take().starts_with("\r\x1b[2A\x1b[Jhello\nsearch"));
    clock.now += 0.05;
    state.complete = 2;
    progress.update(state);
    EXPECT_EQ(sink.take(), "");
  }  // finish shows what is pending
  const std::string last = sink.take();
  EXPECT_NE(last.find("trials   2 complete"), std::string::npos);
  EXPECT_TRUE(last.ends_with("\x1b[K\n\x1b[J")) << "the cursor stands on an empty line";
  EXPECT_EQ(last.find("\x1b[?25l"), std::string::npos);
}

TEST(Progress, plain_lines_come_rarely_except_for_news) {
  Sink sink;
  HandClock clock;
  ProgressState state;
  Progress progress({.sink = sink.file(), .line_seconds = 5}, clock);
  progress.update(state);
  EXPECT_EQ(sink.take(), "[0s] search\n");
  clock.now += 10;
  progress.update(state);
  EXPECT_EQ(sink.take(), "") << "nothing moved";
  state.complete = 1;
  progress.update(state);
  EXPECT_NE(sink.take().find("1 complete"), std::string::npos) << "a trial finished, and the last line is old";
  state.complete = 2;
  progress.update(state);
  EXPECT_EQ(sink.take(), "") << "too early";
  state.best_value = 0.5;
  state.best_parameters = "a=1";
  progress.update(state);
  EXPECT_NE(sink.take().find("best value 0.5 (trial 0) with a=1"), std::string::npos) << "improvements come at once";
  state.phase = "final training";
  state.phase_step = 1;
  progress.update(state);
  EXPECT_EQ(sink.take(), "[0s] final training: epoch 1\n");
  progress.note("note");
  EXPECT_EQ(sink.take(), "note\n");
  state.phase_step = 2;
  progress.update(state);
  EXPECT_EQ(sink.take(), "");
  progress.finish();
  EXPECT_EQ(sink.take(), "[0s] final training: epoch 2\n");
  progress.finish();
  progress.update(state);
  EXPECT_EQ(sink.take(), "");
}

TEST(Progress, options_follow_the_environment) {
  Sink sink;
  const auto with = [&](const char* locale, const char* term, const char* columns) {
    setenv("LC_ALL", locale, 1);
    setenv("TERM", term, 1);
    if (columns)
      setenv("COLUMNS", columns, 1);
    else
      unsetenv("COLUMNS");
    return progress_options_for(sink.file());
  };
  EXPECT_TRUE(with("de_DE.UTF-8", "xterm", nullptr).look.unicode);
  EXPECT_TRUE(with("C.utf8", "xterm", nullptr).look.unicode);
  EXPECT_FALSE(with("C", "xterm", nullptr).look.unicode);
  EXPECT_FALSE(with("C.UTF-8", "linux", nullptr).look.unicode);
  EXPECT_EQ(with("C", "xterm", "40").look.width, 39u);
  EXPECT_EQ(with("C", "xterm", "-3").look.width, 79u);
  EXPECT_EQ(with("C", "xterm", "rubbish").look.width, 79u);
  EXPECT_FALSE(with("C", "xterm", nullptr).terminal) << "a file is no terminal";
  EXPECT_FALSE(with("C", "xterm", nullptr).look.colour);
}

}  // namespace
}  // namespace hone
