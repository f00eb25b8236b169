// What is searched when a file says a part of it: --extend-space, and parameters that are fixed.
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/process.hpp"
#include "cli/snapshot.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

struct FitSpace : testing::Test {
  TemporaryFolder folder;

  FitSpace() { write_small_regression(folder.path() / "values.csv", 200); }
  Ran fit(const std::string& toml, const std::vector<std::string>& more) const {
    (void)write_file(folder.path() / "space.toml", toml);
    std::vector<std::string> words = {"fit",      "values.csv", "--target", "y", "--trials", "8",
                                      "--epochs", "2",          "--study",  "s", "--seed",   "3"};
    words.insert(words.end(), more.begin(), more.end());
    return run_hone(folder.path(), words);
  }
  std::vector<TrialRecord> trials() const {
    auto all = trials_now(folder.path(), "s");
    EXPECT_TRUE(all) << all.error().message;
    return all ? *all : std::vector<TrialRecord>{};
  }
};

TEST_F(FitSpace, ExtendPutsTheFilesParametersAmongTheDefaultOnes) {
  const Ran ran = fit(R"(format = 1
[space]
learning_rate = { type = "float", low = 2e-3, high = 3e-3 }
huber_delta = { type = "float", low = 0.5, high = 2 }
)",
                      {"--extend-space", "space.toml"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const TrialRecord& trial : trials()) {
    const Value *rate = trial.configuration.find("learning_rate"), *delta = trial.configuration.find("huber_delta");
    ASSERT_TRUE(rate && delta) << trial.configuration.json();
    EXPECT_TRUE(2e-3 <= value_number(*rate) && value_number(*rate) <= 3e-3) << "in place of the default one";
    EXPECT_TRUE(0.5 <= value_number(*delta) && value_number(*delta) <= 2);
    EXPECT_TRUE(trial.configuration.find("activation")) << "the default ones stay";
  }
}

TEST_F(FitSpace, AFixedRepeatedParameterHoldsForEveryLayer) {
  const Ran ran =
      fit("format = 1\n[fixed]\nunits = 24\nlayers = 3\nactivation = \"tanh\"\n", {"--space", "space.toml"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Ran replayed = run_hone(folder.path(), {"replay", "s"});
  EXPECT_EQ(replayed.code, 0) << "the stored study file can be read again" << replayed.err;
  for (const TrialRecord& trial : trials()) {
    for (const char* name : {"units.1", "units.2", "units.3"}) {
      const Value* units = trial.configuration.find(name);
      ASSERT_TRUE(units) << name << " " << trial.configuration.json();
      EXPECT_EQ(*units, Value(std::int64_t{24}));
    }
    EXPECT_EQ(*trial.configuration.find("activation"), Value(std::string("tanh")));
  }
}

/// The spaces that come with hone are searched for classes and for numbers.
TEST_F(FitSpace, EveryExampleCanBeSearched) {
  write_small_classification(folder.path() / "classes.csv", 200);
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(HONE_SOURCE_DIR "/examples/spaces")) {
    for (const auto& [data, target] : {std::pair{"classes.csv", "label"}, {"values.csv", "y"}}) {
      const std::string study = file.path().stem().string() + target;
      const Ran ran = run_hone(folder.path(), {"fit", data, "--target", target, "--space", file.path().string(),
                                               "--trials", "2", "--epochs", "1", "--ensemble", "1", "--study", study});
      EXPECT_EQ(ran.code, 0) << file.path() << ran.err;
      const auto all = trials_now(folder.path(), study);
      ASSERT_TRUE(all && all->size() == 2) << file.path();
      for (const TrialRecord& trial : *all) EXPECT_NE(trial.state, TrialState::failed) << trial.reason;
    }
    ++count;
  }
  EXPECT_GE(count, 2u);
}

TEST_F(FitSpace, EveryTrialIsTrainedWithSeveralSeeds) {
  const std::string three = "format = 1\n[search]\nseeds_per_trial = 3\n[fixed]\nlayers = 1\nunits = 8\n";
  const Ran one = fit(three, {"--space", "space.toml", "--seeds-per-trial", "1", "--jobs", "1"});
  ASSERT_EQ(one.code, 0) << one.err;
  const auto single = trials();
  const Ran other = fit(three, {"--space", "space.toml", "--jobs", "1"});
  EXPECT_EQ(other.code, 2) << "a study of single seeds goes on with single ones";
  EXPECT_NE(other.err.find("now: seeds_per_trial = 3"), std::string::npos) << other.err;
  const Ran ran = fit(three, {"--space", "space.toml", "--jobs", "1", "--fresh"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto means = trials();
  ASSERT_EQ(means.size(), single.size());
  ASSERT_EQ(means[0].configuration, single[0].configuration) << "the default one, in both";
  EXPECT_NE(means[0].values, single[0].values);
  EXPECT_EQ(means[0].runs[0].reports.size(), 2u) << "one report a step";
  const Ran again = fit(three, {"--space", "space.toml", "--jobs", "1", "--fresh"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(trials()[5].values, means[5].values) << "the same seed, the same study";
  EXPECT_EQ(fit(three, {"--space", "space.toml", "--seeds-per-trial", "101"}).code, 2);
}

}  // namespace
}  // namespace hone
