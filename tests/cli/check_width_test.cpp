// `hone check-width`: its verdict, and what a user types and sees.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/process.hpp"
#include "cli/width_check.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

TEST(WidthCheck, ANeighbourMustBeBetterFromEveryStart) {
  WidthCheck check;
  check.values = {{{0.7, 0.8, 0.7}, {0.8, 0.8, 0.8}, {0.9, 0.9, 0.79}}};
  EXPECT_EQ(check.verdict(true), 1u);
  check.values[2][2] = 0.81;
  EXPECT_EQ(check.verdict(true), 2u);
  EXPECT_EQ(check.verdict(false), 1u) << "0.8 is once no better than 0.8";
  check.values[0] = {0.95, 0.95, 0.95};
  EXPECT_EQ(check.verdict(true), 0u) << "the one that gains most";
  check.values[0][1] = std::nan("");
  EXPECT_EQ(check.verdict(true), 2u) << "a training that failed is no better";
  check.values[1] = {std::nan(""), std::nan(""), std::nan("")};
  EXPECT_EQ(check.verdict(true), 2u);
}

struct Folder : TemporaryFolder {
  Folder() { write_small_classification(path() / "data.csv", 300); }
  std::string file(const std::string& name, const std::string& fixed, const std::string& more = "") const {
    (void)write_file(path() / name, "format = 1\n[study]\nseed = 3\n[fixed]\n" + fixed +
                                        "[data]\npath = \"data.csv\"\ntarget = \"label\"\n[fit]\nmax_step = 4\n" +
                                        more);
    return name;
  }
  Ran run(const std::vector<std::string>& words) const { return run_hone(path(), words); }
};

TEST(CheckWidth, SaysWhetherTheRateHolds) {
  const Folder folder;
  const std::string fixed = "layers = 1\nunits = 8\nbase_width = 8\n";
  folder.file("small.toml", fixed + "learning_rate = 1e-6\n");
  const Ran small = folder.run({"check-width", "small.toml", "--units", "32", "--seeds", "3", "-j", "2", "-f", "json"});
  ASSERT_EQ(small.code, 0) << small.err;
  const auto json = nlohmann::json::parse(small.out);
  EXPECT_EQ(json["units"], 32);
  ASSERT_EQ(json["rates"].size(), 3u);
  EXPECT_DOUBLE_EQ(json["rates"][0]["learning_rate"].get<double>(), 5e-7);
  EXPECT_DOUBLE_EQ(json["rates"][2]["factor"].get<double>(), 2);
  EXPECT_EQ(json["holds"].get<bool>(), json["better_rate"].is_null());

  // Of a rate that is far too large half of it is better, judged by a smooth metric.
  folder.file("large.toml", fixed + "learning_rate = 5.0\noptimizer = \"adam\"\n", "metric = \"log_loss\"\n");
  const Ran large = folder.run({"check-width", "large.toml", "--units", "32", "--seeds", "3"});
  ASSERT_EQ(large.code, 0) << large.err;
  EXPECT_NE(large.out.find("does not carry over to 32 units: 2.5 is better"), std::string::npos) << large.out;
  EXPECT_NE(large.out.find("seed 2"), std::string::npos) << large.out;
  EXPECT_EQ(folder.run({"check-width", "large.toml", "--units", "32", "--seeds", "3", "-j", "1"}).out, large.out);
}

TEST(CheckWidth, BadInputIsRefusedWithTheCure) {
  const Folder folder;
  folder.file("plain.toml", "learning_rate = 0.1\n");
  folder.file("right.toml", "learning_rate = 0.1\nbase_width = 8\n");
  folder.file("text.toml", "learning_rate = \"fast\"\nbase_width = 8\n");
  folder.file("wrong.toml", "learning_rate = 0.1\nbase_width = 8\nlayer = 2\n");
  folder.file("space.toml", "base_width = 8\n",
              "[space]\nlearning_rate = { type = \"float\", low = 0.1, high = 1.0 }\n");
  (void)write_file(folder.path() / "nodata.toml", "format = 1\n[fixed]\nlearning_rate = 0.1\nbase_width = 8\n");
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"check-width", "right.toml"}, "--units N is missing"},
      {{"check-width", "right.toml", "--units", "0"}, "--units"},
      {{"check-width", "plain.toml", "--units", "8"}, "base_width"},
      {{"check-width", "wrong.toml", "--units", "8"}, "layers"},
      {{"check-width", "text.toml", "--units", "8"}, "learning_rate must be a number"},
      {{"check-width", "space.toml", "--units", "8"}, "is not one configuration"},
      {{"check-width", "nodata.toml", "--units", "8"}, "[data] path"},
      {{"check-width", "absent.toml", "--units", "8"}, "absent.toml"},
      {{"check-width", "right.toml", "--units", "8", "-f", "xml"}, "json"},
  };
  for (const auto& [words, says] : cases) {
    const Ran ran = folder.run(words);
    EXPECT_EQ(ran.code, 2) << says << "\n" << ran.err;
    EXPECT_NE(ran.err.find(says), std::string::npos) << says << "\n" << ran.err;
    EXPECT_TRUE(ran.out.empty()) << ran.out;
  }
}

}  // namespace
}  // namespace hone
