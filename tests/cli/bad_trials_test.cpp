// Spaces and data that make trials fail: the cause is said, soon, and in a line that can be read.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/process.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

using Words = std::vector<std::string>;

class BadTrials : public testing::Test {
 protected:
  BadTrials() {
    write_small_classification(folder_.path() / "data.csv", 200);
    write_small_regression(folder_.path() / "values.csv", 200);
  }
  void write(const std::string& name, const std::string& content) const {
    (void)write_file(folder_.path() / name, content);
  }
  Ran fit(const std::string& space, const Words& more = {}, const std::string& data = "data.csv",
          const std::string& target = "label") const {
    write("s.toml", "format = 1\n" + space);
    Words words = {"fit", data, "--target", target, "--space", "s.toml", "-j", "1", "--out", "o", "--fresh"};
    words.insert(words.end(), more.begin(), more.end());
    return run_hone(folder_.path(), words);
  }
  static void expect_said(const Ran& ran, int code, const Words& says) {
    EXPECT_EQ(ran.code, code) << ran.err;
    for (const std::string& text : says) EXPECT_NE(ran.err.find(text), std::string::npos) << text << "\n" << ran.err;
  }
  TemporaryFolder folder_;
};

TEST_F(BadTrials, ShapesThatFitNoMemory) {
  expect_said(fit("[fixed]\nlayers = 64\nunits = 65536\n", {"--trials", "4"}), 3,
              {"no trial succeeded, 4 failed, the first ones so: training this network needs about", "TiB",
               "the limit is", "fewer layers"});
  expect_said(fit("[fixed]\nunits = 0\n", {"--trials", "4"}), 2, {"units.1 must be a whole number from 1 to 65536"});
  expect_said(fit("[fixed]\nunits = 9223372036854775807\n", {"--trials", "4"}), 2, {"must be a whole number"});
  expect_said(fit("[fixed]\nunits = 99999999999999999999\n", {"--trials", "4"}), 2, {"s.toml:3", "64 bits"});
}

/// A day of nothing but failures would tell no more than a hundred of them; and they are not all listed.
TEST_F(BadTrials, ASearchOfNothingButFailuresEnds) {
  const Ran ran =
      fit("[space]\nlayers = { type = \"int\", low = 60, high = 64 }\n"
          "units = { type = \"int\", low = 50000, high = 65536, repeat = \"layers\" }\n",
          {"--time", "24h"});
  expect_said(ran, 3, {"no trial succeeded, 1", "change the space", "--fresh"});
  EXPECT_LT(ran.err.substr(ran.err.find("no trial succeeded")).size(), 1000u) << ran.err;
}

TEST_F(BadTrials, RatesAndBatchesOutOfReason) {
  expect_said(fit("[fixed]\nlearning_rate = 1e30\n", {"--trials", "2"}), 2,
              {"learning_rate must be a number from 1e-08 to 100, got 1e+30"});
  expect_said(
      fit("[fixed]\nlearning_rate = 100\noptimizer = \"sgd\"\nschedule = \"constant\"\nnorm = \"none\"\n"
          "loss = \"squared_error\"\n",
          {"--trials", "2", "--epochs", "9"}, "values.csv", "y"),
      3, {"no trial succeeded, 2 failed", "loss became", "epoch 1", "largest gradient", "lower the learning rate"});
  expect_said(fit("[fixed]\nbatch = 1048576\n", {"--trials", "2", "--epochs", "2"}), 0, {"final training"});
  expect_said(fit("[fixed]\nbatch = 1\nnorm = \"batch\"\n", {"--trials", "2"}), 3,
              {"batch norm needs minibatches of at least 2 rows; batch is 1"});
}

/// The default space asks whether the optimizer is nesterov: one that is fixed answers it.
TEST_F(BadTrials, AnyOptimizerCanBeFixed) {
  for (const char* name : {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"}) {
    const Ran ran = fit(fmt::format("[fixed]\noptimizer = \"{}\"\n", name), {"--trials", "1", "--epochs", "1"});
    expect_said(ran, 0, {"final training"});
    const std::string trials = read_file(folder_.path() / "o" / "trials.csv").value_or("");
    EXPECT_EQ(trials.find(",optimizer,momentum,") != std::string::npos, std::string(name) == "nesterov") << trials;
  }
}

TEST_F(BadTrials, PredictionsGoToADeviceAsTheyAre) {
  ASSERT_EQ(fit("[fixed]\nunits = 4\n", {"--trials", "1", "--epochs", "1"}).code, 0);
  const Ran ran = run_hone(folder_.path(), {"predict", "o/model.hone", "data.csv", "-o", "/dev/stdout"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(ran.out.starts_with("label,")) << ran.out.substr(0, 80) << ran.err;
  expect_said(run_hone(folder_.path(), {"predict", "o/model.hone", "data.csv", "-o", "o"}), 2,
              {"o' is a folder, a file is needed"});
  expect_said(run_hone(folder_.path(), {"export", "o/model.hone", "-o", "/dev/full/x.onnx"}), 2, {"/dev/full/x.onnx"});
}

}  // namespace
}  // namespace hone
