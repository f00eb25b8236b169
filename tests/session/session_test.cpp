// The session, line by line, over a store in memory: docs/formats/session.md to the letter.
#include "session/session.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "storage/store.hpp"

namespace hone {
namespace {

using nlohmann::json;

constexpr std::string_view plain = R"(format = 1
[study]
direction = "minimize"
[space]
x = { type = "float", low = 0.0, high = 1.0 }
layers = { type = "int", low = 1, high = 3 }
units = { type = "int", low = 8, high = 64, log = true, repeat = "layers" }
act = { type = "categorical", choices = ["relu", "tanh", 1] }
[search]
sampler = "random"
)";

/// A clock that goes only when told to.
class StandingClock final : public Clock {
 public:
  double seconds = 0;
  std::int64_t unix_ms() const override { return 1000; }
  double monotonic_seconds() const override { return seconds; }
  double thread_cpu_seconds() const override { return 0; }
};

class SessionTest : public testing::Test {
 protected:
  void open(std::string_view file, SessionWishes wishes = {}) {
    session.reset();
    if (!store) store = std::move(*open_store("memory://", true));
    const auto read = parse_study_file(file, "s.toml");
    ASSERT_TRUE(read) << read.error().message;
    const auto setup = session_setup(*read, "s", wishes);
    ASSERT_TRUE(setup) << setup.error().message;
    auto opened = Session::open(*store, *setup, clock);
    ASSERT_TRUE(opened) << opened.error().message;
    session = std::move(*opened);
  }
  json say(std::string_view line) { return json::parse(session->answer(line)); }
  void refused(std::string_view line, std::string_view said, std::size_t at) {
    const std::string before = session->answer(R"({"trials": {}})");
    const json answer = say(line);
    ASSERT_TRUE(answer.contains("error")) << line << " -> " << answer.dump();
    EXPECT_NE(answer["error"].get<std::string>().find(said), std::string::npos) << line << " -> " << answer.dump();
    EXPECT_EQ(answer["at"].get<std::size_t>(), at) << line << " -> " << answer.dump();
    EXPECT_EQ(session->answer(R"({"trials": {}})"), before) << line << " changed something";
  }

  StandingClock clock;
  std::unique_ptr<Store> store;
  std::unique_ptr<Session> session;
};

TEST_F(SessionTest, AsksReportsAndTells) {
  open(plain, {.trials = 2});
  EXPECT_EQ(say(R"({"hello": {}})")["protocol"], 1);
  const json first = say(R"({"ask": {}})");
  EXPECT_EQ(first["trial"], 0);
  EXPECT_EQ(first["run"], 0);
  EXPECT_EQ(first["from_step"], 0);
  EXPECT_EQ(first["max_step"], 0);
  EXPECT_TRUE(first["params"].contains("units.1"));
  EXPECT_FALSE(first["token"].get<std::string>().empty());
  EXPECT_EQ(say(R"({"report": 0, "step": 1, "value": 0.5})"), (json{{"trial", 0}, {"decision", "continue"}}));
  EXPECT_EQ(say(R"({"tell": 0, "value": 0.25})"), (json{{"trial", 0}, {"state", "complete"}}));
  EXPECT_EQ(say(R"({"tell": 0, "value": 0.25})"), (json{{"trial", 0}, {"state", "complete"}, {"again", true}}));
  EXPECT_EQ(say(R"({"ask": {}})")["trial"], 1);
  EXPECT_EQ(say(R"({"ask": {}})"), (json{{"wait", true}}));
  EXPECT_EQ(say(R"({"tell": 1, "state": "failed", "reason": "no memory"})")["state"], "failed");
  EXPECT_EQ(say(R"({"ask": {}})"), (json{{"done", "trials"}}));
  EXPECT_EQ(say(R"({"best": {}})")["best"]["trial"], 0);
  EXPECT_EQ(say(R"({"trials": {}})")["trials"][1]["reason"], "no memory");
}

TEST_F(SessionTest, ValuesThatAreNotFiniteFail) {
  open(plain);
  for (const char* value : {"NaN", "-Infinity", "\"inf\""}) {
    const auto trial = say(R"({"ask": {}})")["trial"].get<int>();
    const json told = say(fmt::format(R"({{"tell": {}, "value": {}}})", trial, value));
    EXPECT_EQ(told["state"], "failed") << value;
    EXPECT_NE(told["reason"].get<std::string>().find("not finite"), std::string::npos);
    EXPECT_EQ(say(fmt::format(R"({{"tell": {}, "value": {}}})", trial, value))["again"], true);
  }
  EXPECT_EQ(say(R"({"best": {}})"), (json{{"best", nullptr}}));
}

TEST_F(SessionTest, GivenParametersAreKept) {
  open(plain);
  const json trial = say(R"({"ask": {"params": {"x": 1, "layers": 2.0, "act": 1.0}}})");
  EXPECT_EQ(trial["params"]["x"], 1.0);
  EXPECT_EQ(trial["params"]["layers"], 2);
  EXPECT_EQ(trial["params"]["act"], 1);
  EXPECT_TRUE(trial["params"].contains("units.2"));
  EXPECT_FALSE(trial["params"].contains("units.3"));
  const json whole = say(R"({"ask": {"params": {"x": 0.5, "layers": 1, "units.1": 8, "act": "relu"}}})");
  EXPECT_EQ(whole["params"]["x"], 0.5);
  refused(R"({"ask": {"params": {"x": 0.5, "layers": 1, "units.1": 8, "act": "relu"}}})", "has been tried", 2);
}

TEST_F(SessionTest, EnqueuedTrialsComeNext) {
  open(plain);
  const json queued = say(R"({"enqueue": {"x": 0.125}})");
  EXPECT_EQ(queued["state"], "waiting");
  EXPECT_EQ(queued["params"]["x"], 0.125);
  const json trial = say(R"({"ask": {}})");
  EXPECT_EQ(trial["trial"], queued["trial"]);
  EXPECT_EQ(trial["params"], queued["params"]);
  EXPECT_NE(say(R"({"ask": {}})")["trial"], queued["trial"]);
}

TEST_F(SessionTest, TheStudyFilesOwnConfigurationsComeBeforeEnqueuedOnesAndTheDefaultAfter) {
  const std::string file = std::string(plain) + "[[enqueue]]\nx = 0.25\n";
  std::string with_default = file;
  with_default.replace(with_default.find("high = 1.0 }"), 12, "high = 1.0, default = 0.75 }");
  open(with_default);
  EXPECT_EQ(say(R"({"enqueue": {"x": 0.5}})")["trial"], 1);
  EXPECT_EQ(say(R"({"ask": {}})")["params"]["x"], 0.25);
  EXPECT_EQ(say(R"({"ask": {}})")["params"]["x"], 0.5);
  EXPECT_EQ(say(R"({"ask": {}})")["params"]["x"], 0.75);
}

TEST_F(SessionTest, InfeasibleTrialsAreNotTheBest) {
  open(plain);
  for (int i = 0; i < 3; ++i) say(R"({"ask": {}})");
  say(R"({"tell": 0, "value": 0.5, "constraints": [-1, 0]})");
  say(R"({"tell": 1, "value": 0.1, "constraints": [-1, 0.5], "attrs": {"note": [1, null]}})");
  say(R"({"tell": 2, "value": 0.7, "constraints": [0, 0]})");
  EXPECT_EQ(say(R"({"best": {}})")["best"]["trial"], 0);
  EXPECT_EQ(say(R"({"trials": {}})")["trials"][1]["constraints"], (json{-1.0, 0.5}));
  const auto events = store->events(session->study().record().id);
  ASSERT_TRUE(events);
  const auto told = std::ranges::find(*events, "attrs", &Event::kind);
  ASSERT_NE(told, events->end());
  EXPECT_EQ(told->trial, 1);
  EXPECT_EQ(told->detail, R"({"note":[1,null]})");
}

TEST_F(SessionTest, ABudgetOfCost) {
  open(std::string(plain) + "cost = 2.0\ncost_per_hour = 3600.0\n");
  for (int i = 0; i < 2; ++i) say(R"({"ask": {}})");
  refused(R"({"report": 0, "step": 2, "value": 0.5, "cost": -1})", "a number of 0 or more, got -1", 40);
  clock.seconds = 0.5;
  EXPECT_EQ(say(R"({"tell": 0, "value": 0.5, "cost": 1})")["state"], "complete");
  say(R"({"tell": 1, "state": "failed", "cost": 0.1})");
  EXPECT_EQ(say(R"({"trials": {}})")["trials"][1]["cost"], 0.6) << "a failed trial costs as well";
  EXPECT_EQ(say(R"({"ask": {}})")["done"], "cost");
}

TEST_F(SessionTest, SeveralObjectives) {
  std::string file(plain);
  file.replace(file.find("direction = \"minimize\""), 22,
               "directions = [\"maximize\", \"minimize\"]\nmetrics = [\"accuracy\", \"latency\"]");
  open(file);
  for (int i = 0; i < 4; ++i) say(R"({"ask": {}})");
  refused(R"({"tell": 0, "value": 0.5})", "2 objectives (accuracy, latency)", 13);
  refused(R"({"tell": 0, "values": [0.5]})", "tell one value for each, got 1", 13);
  refused(R"({"tell": 0, "values": {"accuracy": 1}})", "lacks the metric 'latency'", 13);
  refused(R"({"tell": 0, "values": {"accuracy": 1, "latncy": 2}})", "did you mean 'latency'", 39);
  say(R"({"tell": 0, "values": {"latency": 5, "accuracy": 0.5}})");
  say(R"({"tell": 1, "values": [0.75, 5]})");
  say(R"({"tell": 2, "values": [0.5, 2]})");
  say(R"({"tell": 3, "values": [0.75, 6]})");
  const json best = say(R"({"best": {}})")["best"];
  ASSERT_EQ(best.size(), 2u);
  EXPECT_EQ(best[0]["trial"], 1);
  EXPECT_EQ(best[1]["trial"], 2);
  EXPECT_EQ(best[1]["values"], (json{0.5, 2.0}));
}

constexpr std::string_view stepped = R"(format = 1
[space]
x = { type = "float", low = 0.0, high = 1.0 }
[search]
sampler = "random"
pruner = "asha"
[run]
max_step = 9
)";

TEST_F(SessionTest, PausedTrialsComeBackWhereTheyPaused) {
  open(stepped, {.trials = 9});
  std::map<int, int> reached;
  int resumed = 0, complete = 0;
  for (json trial = say(R"({"ask": {}})"); !trial.contains("done"); trial = say(R"({"ask": {}})")) {
    ASSERT_FALSE(trial.contains("wait"));
    const int number = trial["trial"];
    EXPECT_EQ(trial["from_step"], reached[number]);
    resumed += reached[number] > 0;
    bool paused = false;
    for (int step = reached[number] + 1; step <= 9 && !paused; ++step) {
      const double value = trial["params"]["x"].get<double>() / step;
      const json said = say(fmt::format(R"({{"report": {}, "step": {}, "value": {}}})", number, step, value));
      reached[number] = step;
      paused = said["decision"] == "pause";
    }
    if (paused) {
      refused(fmt::format(R"({{"tell": {}, "value": 1}})", number), "paused", 2);
      continue;
    }
    say(fmt::format(R"({{"tell": {}, "value": {}}})", number, trial["params"]["x"].get<double>()));
    ++complete;
  }
  EXPECT_GT(resumed, 0);
  EXPECT_GT(complete, 0);
  EXPECT_EQ(reached.size(), 9u);
}

TEST_F(SessionTest, SeveralObjectivesArePrunedByTheirFronts) {
  std::string file(stepped);
  file.insert(file.find("[space]"),
              "[study]\ndirections = [\"minimize\", \"maximize\"]\nmetrics = [\"loss\", \"speed\"]\n");
  open(file, {.trials = 12});
  say(R"({"ask": {}})");
  refused(R"({"report": 0, "step": 1, "value": 0.5})", "2 objectives (loss, speed): report \"values\"", 26);
  refused(R"({"report": 0, "step": 1, "values": [0.5]})", "report one value for each, got 1", 26);
  refused(R"({"report": 0, "step": 1, "values": {"loss": 1}})", "lacks the metric 'speed'", 26);
  refused(R"({"report": 0, "step": 1, "value": 1, "values": [1, 2]})", "not both", 38);
  refused(R"({"report": 0, "step": 1})", "\"values\": [0.5, 0.25]", 2);
  ASSERT_TRUE(session->close());
  // The x of a trial is its place on the front; every fourth is behind in both.
  std::map<int, int> reached;
  std::set<int> complete;
  for (json trial = say(R"({"ask": {}})"); !trial.contains("done"); trial = say(R"({"ask": {}})")) {
    const int number = trial["trial"];
    const double x = trial["params"]["x"], behind = number % 4 == 1 ? 0 : 1;
    bool paused = false;
    for (int step = reached[number] + 1; step <= 9 && !paused; ++step) {
      const json said = number % 2 == 0
                            ? say(fmt::format(R"({{"report": {}, "step": {}, "values": [{}, {}]}})", number, step,
                                              x + behind, x - behind))
                            : say(fmt::format(R"({{"report": {}, "step": {}, "values": {{"speed": {}, "loss": {}}}}})",
                                              number, step, x - behind, x + behind));
      ASSERT_FALSE(said.contains("error")) << said;
      reached[number] = step;
      paused = said["decision"] == "pause";
    }
    if (paused) continue;
    say(fmt::format(R"({{"tell": {}, "values": [{}, {}]}})", number, x + behind, x - behind));
    complete.insert(number);
  }
  EXPECT_EQ(reached.size(), 12u);
  ASSERT_EQ(complete.size(), 1u);
  EXPECT_EQ(*complete.begin() % 4, 1);
  for (const int number : {1, 5, 9}) EXPECT_GT(reached[number], 1) << number;
}

TEST_F(SessionTest, ClosingHandsTrialsBackAndTheStudyGoesOn) {
  open(plain, {.trials = 3});
  const json first = say(R"({"ask": {}})");
  say(R"({"ask": {}})");
  say(R"({"tell": 1, "value": 3})");
  ASSERT_TRUE(session->close());
  open(plain, {.trials = 3});
  refused(R"({"tell": 0, "value": 1})", "waiting", 2);
  const json again = say(R"({"ask": {}})");
  EXPECT_EQ(again["trial"], 0);
  EXPECT_EQ(again["params"], first["params"]);
  EXPECT_NE(again["token"], first["token"]);
  refused(fmt::format(R"({{"tell": 0, "value": 1, "token": {}}})", first["token"].dump()), "old token", 25);
  EXPECT_EQ(say(fmt::format(R"({{"tell": 0, "value": 1, "run": 0, "token": {}}})", again["token"].dump()))["state"],
            "complete");
  EXPECT_EQ(say(R"({"ask": {}})")["trial"], 2);
}

TEST_F(SessionTest, EndsWhenStoppedAndWhenTheTimeIsUp) {
  open(plain, {.time_seconds = 10});
  say(R"({"ask": {}})");
  clock.seconds = 9;
  EXPECT_TRUE(say(R"({"ask": {}})").contains("trial"));
  clock.seconds = 10;
  EXPECT_EQ(say(R"({"ask": {}})"), (json{{"done", "time"}}));
  EXPECT_EQ(say(R"({"tell": 0, "value": 1})")["state"], "complete") << "what runs may end";
  ASSERT_TRUE(session->close());
  open(plain, {.time_seconds = 15});
  EXPECT_TRUE(say(R"({"ask": {}})").contains("trial")) << "five seconds are left";
  clock.seconds = 15;
  EXPECT_EQ(say(R"({"ask": {}})"), (json{{"done", "time"}}));
  EXPECT_EQ(say(R"({"stop": {}})"), (json{{"stopped", true}}));
  EXPECT_EQ(say(R"({"ask": {}})"), (json{{"done", "stopped"}}));
}

TEST_F(SessionTest, OpenStudiesGrowByWhatIsAskedFor) {
  open("format = 1\n[search]\nsampler = \"tpe\"\n");
  refused(R"({"ask": {}})", "\"open\": true", 2);
  double best = 1e9;
  for (int i = 0; i < 60; ++i) {
    const int number = say(R"({"ask": {"open": true}})")["trial"];
    const auto suggest = [&](const char* name, const char* domain) {
      return say(fmt::format(R"({{"suggest": {}, "name": "{}", "domain": {}}})", number, name, domain))["value"];
    };
    const json kind = suggest("kind", R"({"type": "categorical", "choices": ["a", "b", null]})");
    double value = 5;
    if (kind == "a") {
      const double x = suggest("x", R"({"type": "float", "low": -1, "high": 1})");
      EXPECT_EQ(suggest("x", R"({"type": "float", "low": -1, "high": 1})"), x) << "the same again";
      value = x * x;
    } else if (kind == "b") {
      value = 1 + suggest("n", R"({"type": "int", "low": 1, "high": 100, "log": true})").get<int>();
    }
    best = std::min(best, value);
    say(fmt::format(R"({{"tell": {}, "value": {}}})", number, value));
  }
  EXPECT_LT(best, 0.01);
  const json trials = say(R"({"trials": {}})")["trials"];
  int in_a = 0;
  for (std::size_t i = 30; i < trials.size(); ++i) in_a += trials[i]["params"]["kind"] == "a";
  EXPECT_GT(in_a, 15) << "the sampler learns which branch is better";
  ASSERT_TRUE(session->close());

  open("format = 1\n[search]\nsampler = \"tpe\"\n");  // the domains are in the journal
  const json next = say(R"({"ask": {"open": true}})");
  EXPECT_EQ(next["trial"], 60);
  EXPECT_EQ(next["params"], json::object());
  refused(R"({"suggest": 60, "name": "x", "domain": {"type": "float", "low": -1, "high": 2}})", "another domain", 17);
  EXPECT_TRUE(
      say(R"({"suggest": 60, "name": "x", "domain": {"type": "float", "low": -1, "high": 1}})").contains("value"));
}

TEST_F(SessionTest, WrongLinesChangeNothing) {
  open(plain);
  say(R"({"ask": {}})");
  say(R"({"ask": {}})");
  say(R"({"tell": 1, "value": 2})");
  refused("", "not JSON", 1);
  refused("hello", "not JSON", 1);
  refused("[]", "a line is an object", 1);
  refused("{}", "nothing is asked for", 1);
  refused(R"({"aks": {}})", "did you mean 'ask'", 2);
  refused(R"({"ask": 1})", "must be an object", 2);
  refused(R"({"ask": {"parms": {}}})", "did you mean 'params'", 10);
  refused(R"({"ask": {}, "value": 1})", "unknown key 'value'", 13);
  refused(R"({"ask": {"open": true}})", "has a [space]", 10);
  refused(R"({"ask": {"params": {"y": 1}}})", "unknown parameter 'y'", 21);
  refused(R"({"ask": {"params": {"x": 2}}})", "from 0 to 1", 21);
  refused(R"({"ask": {"params": {"x": [0.5]}}})", "one value", 21);
  refused(R"({"ask": {"params": {"layers": 1.5}}})", "whole number", 21);
  refused(R"({"ask": {"params": {"act": "relo"}}})", "must be one of", 21);
  refused(R"({"tell": 7, "value": 1})", "trials 0 to 1", 2);
  refused(R"({"tell": "0", "value": 1})", "whole number", 2);
  refused(R"({"tell": 0})", "a tell has", 2);
  refused(R"({"tell": 0, "value": "high"})", "must be a number", 13);
  refused(R"({"tell": 0, "value": 1, "values": [1]})", "not both", 25);
  refused(R"({"tell": 0, "value": 1, "state": "failed"})", "has no value", 13);
  refused(R"({"tell": 0, "state": "done"})", "complete, failed or pruned", 13);
  refused(R"({"tell": 0, "value": 1, "reason": "x"})", "reason", 25);
  refused(R"({"tell": 0, "value": 1, "constraints": [NaN]})", "NaN says nothing", 25);
  refused(R"({"tell": 0, "value": 1, "attrs": 3})", "must be an object", 25);
  refused(R"({"tell": 0, "value": 1, "run": 3})", "no run 3", 25);
  refused(R"({"tell": 1, "value": 3})", "another outcome", 2);
  refused(R"({"report": 0, "step": 1})", "a step and a value", 2);
  refused(R"({"report": 0, "step": 0, "value": 1})", "1 or more", 15);
  refused(R"({"report": 1, "step": 1, "value": 1})", "complete already", 2);
  refused(R"({"suggest": 0, "name": "x", "domain": {"type": "float", "low": 0, "high": 1}})", "space of its own", 16);
  refused(R"({"suggest": 0, "name": "x"})", "a name and a domain", 2);
  refused(R"({"suggest": 0, "name": "x", "domain": {"type": "flot"}})", "did you mean 'float'", 40);
  refused(R"({"suggest": 0, "name": "x", "domain": {"type": "float", "low": 0}})", "'low' and 'high'", 29);
  refused(R"({"suggest": 0, "name": "x", "domain": {"type": "bool", "low": 0}})", "not for bool", 56);
  refused(R"({"suggest": 0, "name": "1", "domain": {"type": "float", "low": 0, "high": 1}})", "name", 16);
  refused(std::string(json_line_max + 1, ' '), "at most", json_line_max);
}

TEST_F(SessionTest, WhatCannotBeASessionIsRefused) {
  const auto refusal = [&](const std::string& file) {
    const auto read = parse_study_file(file, "s.toml");
    if (!read) return read.error().message;
    const auto setup = session_setup(*read, "s", {});
    return setup ? std::string() : setup.error().message;
  };
  const std::string head = "format = 1\n[space]\nx = { type = \"float\", low = 0.0, high = 1.0 }\n";
  EXPECT_NE(refusal(head + "[data]\npath = \"a.csv\"\n").find("hone fit"), std::string::npos);
  EXPECT_NE(refusal(head + "[search]\nseeds_per_trial = 3\n").find("must be 1"), std::string::npos);
  EXPECT_NE(refusal(head + "[search]\npruner = \"asha\"\n").find("max_step"), std::string::npos);
  EXPECT_NE(refusal(head + "[search]\nsampler = \"tpee\"\n").find("tpe"), std::string::npos);
  EXPECT_NE(refusal(head + "[constraints]\nforbid = [\"x >= 0\"]\n").find("forbid"), std::string::npos);
}

TEST_F(SessionTest, FixedValuesAreConstantsOfTheSpace) {
  open(std::string(plain) + "[fixed]\nrate = 0.5\nbatch = 64\n");
  for (int i = 0; i < 5; ++i) {
    const json params = say(R"({"ask": {}})")["params"];
    EXPECT_EQ(params["rate"], 0.5);
    EXPECT_EQ(params["batch"], 64);
  }
}

}  // namespace
}  // namespace hone
