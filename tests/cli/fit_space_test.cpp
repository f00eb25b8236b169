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

}  // namespace
}  // namespace hone
