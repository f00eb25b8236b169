// The runner of programs, with programs and a clock that only seem so: who is ended when, and what then counts.
#include "runners/external_command.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace hone {
namespace {

class SetClock final : public Clock {
 public:
  double monotonic_seconds() const override { return now; }
  std::int64_t unix_ms() const override { return 0; }
  double thread_cpu_seconds() const override { return 0; }
  double now = 0;
};

/// Every wait takes what it may, and gives the next piece of output.
struct Script {
  std::deque<std::string> out;
  std::optional<ProgramEnd> end;  ///< after the output; nothing: it never ends by itself
  bool heeds_terminate = true;
  std::int64_t memory = 1000;
  int terminated = 0, killed = 0;
  double terminated_at = -1, killed_at = -1;
};

class ScriptedProgram final : public RunningProgram {
 public:
  ScriptedProgram(Script& script, SetClock& clock) : script_(script), clock_(clock) {}
  std::optional<ProgramEnd> wait(double seconds, const OutputSink& sink) override {
    EXPECT_GE(seconds, -1e-9);
    clock_.now += std::max(seconds, 1e-3);
    const bool had_output = !script_.out.empty();
    if (had_output) {
      sink(OutputStream::out, script_.out.front());
      script_.out.pop_front();
    }
    ProgramEnd end;
    if (script_.killed > 0 || (script_.terminated > 0 && script_.heeds_terminate)) {
      end.signal = script_.killed > 0 ? SIGKILL : SIGTERM;
      return end;
    }
    return had_output ? std::nullopt : script_.end;
  }
  void terminate() override { ++script_.terminated, script_.terminated_at = clock_.now; }
  void kill() override { ++script_.killed, script_.killed_at = clock_.now; }
  std::int64_t memory_bytes(bool) override { return script_.memory; }

 private:
  Script& script_;
  SetClock& clock_;
};

class Programs final : public ProgramStarter {
 public:
  Result<std::unique_ptr<RunningProgram>> start(const ProgramStart&) override {
    return std::make_unique<ScriptedProgram>(script, clock);
  }
  Script script;
  SetClock clock;
};

class Observer final : public RunObserver {
 public:
  Result<Decision> report(std::size_t, std::int64_t step, std::span<const double> values) override {
    steps.push_back(step);
    EXPECT_EQ(values.size(), 1u);
    return step == decide_at ? decision : Decision::go_on;
  }
  std::vector<std::int64_t> steps;
  std::int64_t decide_at = -1;
  Decision decision = Decision::go_on;
};

class ExternalCommand : public testing::Test {
 protected:
  ExternalCommand() {
    const auto space = *Space::make({Parameter{.name = "x"}});
    options.command = *CommandTemplate::parse({{{"/bin/sh"}, false}, {{"{x}"}, false}}, space);
    options.environment = *CommandEnvironment::make(space, {}, {}, 1, "");
    options.metrics = {"value"};
    request.configuration.set("x", 0.5);
    ended.exit_code = 0;
    for (int step = 1; step <= 5; ++step)
      programs.script.out.push_back("hone: {\"step\": " + std::to_string(step) + ", \"value\": 0.5}\n");
  }
  RunOutcome run() {
    ExternalCommandRunner runner(std::move(options), programs, programs.clock);
    const auto outcomes = runner.run({&request, 1}, observer);
    EXPECT_TRUE(outcomes.has_value());
    return outcomes ? outcomes->front() : RunOutcome{};
  }
  ExternalCommandOptions options;
  RunRequest request;
  Programs programs;
  Observer observer;
  ProgramEnd ended;
};

TEST_F(ExternalCommand, CompletesWithItsLastReport) {
  programs.script.end = ended;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.state, TrialState::complete);
  EXPECT_EQ(outcome.values, std::vector<double>{0.5});
  EXPECT_EQ(outcome.step, 5);
  EXPECT_EQ(programs.script.terminated + programs.script.killed, 0);
}

TEST_F(ExternalCommand, AfterAPauseNothingCountsAndTheGraceIsKept) {
  observer.decide_at = 2;
  observer.decision = Decision::pause;
  options.grace_seconds = 7;
  programs.script.heeds_terminate = false;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.state, TrialState::paused);
  EXPECT_EQ(outcome.step, 2);
  EXPECT_EQ(observer.steps, (std::vector<std::int64_t>{1, 2})) << "3 to 5 came during the grace";
  EXPECT_EQ(programs.script.terminated, 1);
  EXPECT_NEAR(programs.script.killed_at - programs.script.terminated_at, 7, 0.01);
}

TEST_F(ExternalCommand, StopAndHandBack) {
  observer.decide_at = 3;
  observer.decision = Decision::stop;
  RunOutcome outcome = run();
  EXPECT_EQ(outcome.state, TrialState::pruned);
  EXPECT_EQ(outcome.reason, "stopped at step 3");
}

TEST_F(ExternalCommand, HandsBack) {
  observer.decide_at = 4;
  observer.decision = Decision::hand_back;
  EXPECT_EQ(run().state, TrialState::waiting);
  EXPECT_EQ(programs.script.killed, 0);
}

TEST_F(ExternalCommand, ATimeoutComesOnTime) {
  options.timeout_seconds = 60;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.state, TrialState::failed);
  EXPECT_EQ(outcome.reason, "timeout: it ran for longer than 1m00s");
  EXPECT_NEAR(programs.script.terminated_at, 60, 0.11);
}

TEST_F(ExternalCommand, TooMuchMemoryIsKilledWithoutGrace) {
  options.memory_bytes_max = 999;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.state, TrialState::failed);
  EXPECT_TRUE(outcome.reason.starts_with("memory: ")) << outcome.reason;
  EXPECT_EQ(programs.script.terminated, 0);
  EXPECT_EQ(programs.script.killed, 1);
}

TEST_F(ExternalCommand, SaysWhenItStartedAnew) {
  programs.script.end = ended;
  request.reported_step = 3;
  EXPECT_TRUE(run().started_anew);
}

}  // namespace
}  // namespace hone
