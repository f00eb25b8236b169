// A budget of cost, as a user types it.
#include <memory>

#include "cli/tune_program.hpp"

namespace hone {
namespace {

using nlohmann::json;
using std::string;

class TuneCost : public TuneProgram {};

const string costly = "echo 'hone: {\"cost\": 0.5}'; echo \"hone: {\\\"value\\\": $1, \\\"cost\\\": 1.5}\"";

TEST_F(TuneCost, EndsTheSearchAndALargerBudgetGoesOn) {
  study(costly);
  const Ran ran = tune({"s.toml", "--cost", "4"});
  EXPECT_NE(ran.out.find("3 trials: 3 complete"), string::npos) << ran.out;
  EXPECT_NE(ran.err.find("cost 4.5 of 4"), string::npos) << ran.err;
  const json all = trials();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2]["cost"].get<double>(), 1.5);
  EXPECT_NE(run_hone(folder.path(), {"study", "show", "s"}).out.find("cost        4.5\n"), string::npos);
  (void)tune({"s.toml", "--cost", "4"});
  EXPECT_EQ(trials().size(), 3u) << "the same command prints the same result";
  (void)tune({"s.toml", "--cost", "6"});
  EXPECT_EQ(trials().size(), 4u);
  const Ran csv = run_hone(folder.path(), {"study", "trials", "s", "-f", "csv"});
  EXPECT_NE(csv.out.find("seconds,reason,cost\n"), string::npos) << csv.out;
}

TEST_F(TuneCost, IsExportedAndImported) {
  study(costly, "", "[search]\ncost = 3.0\n");
  (void)tune({"s.toml"});
  for (const string kind : {"csv", "json"}) {
    const string exported = "s." + kind;
    EXPECT_EQ(run_hone(folder.path(), {"study", "export", "s", "-o", exported}).code, 0);
    const Ran in = run_hone(folder.path(), {"study", "import", "--" + kind, exported, "--study", "from_" + kind});
    EXPECT_EQ(in.code, 0) << in.err;
    const json all = trials("from_" + kind);
    ASSERT_EQ(all.size(), 2u) << in.err;
    EXPECT_EQ(all[1]["cost"].get<double>(), 1.5);
    EXPECT_EQ(all[1]["params"].size(), 1u);
  }
}

TEST_F(TuneCost, OfAnHour) {
  study("sleep 0.1; echo \"hone: {\\\"value\\\": $1}\"", "", "[search]\ncost = 0.3\ncost_per_hour = 3600\n");
  (void)tune({"s.toml"});
  const json all = trials();
  EXPECT_GE(all.size(), 1u);
  EXPECT_LE(all.size(), 3u);
  double cost = 0, seconds = 0;
  for (const json& trial : all) cost += trial["cost"].get<double>(), seconds += trial["seconds"].get<double>();
  EXPECT_GE(cost, 0.3);
  EXPECT_NEAR(cost, seconds, 1e-6);
}

TEST_F(TuneCost, WorkersShareItExactly) {
  study("sleep 0.05; echo \"hone: {\\\"value\\\": $1, \\\"cost\\\": 1}\"", "",
        "[search]\nsampler = \"random\"\ncost = 12.0\n");
  std::vector<std::unique_ptr<Process>> workers;
  const string storage = "sqlite:///" + (folder.path() / "hone.db").string();
  (void)tune({"s.toml", "--cost", "1"});
  workers.push_back(std::make_unique<Process>(folder.path(), std::vector<string>{"tune", "s.toml"}));
  for (int i = 0; i < 1000 && trials().size() < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  for (int w = 0; w < 3; ++w) {
    const auto own = folder.path() / fmt::format("w{}", w);
    std::filesystem::create_directories(own);
    workers.push_back(
        std::make_unique<Process>(own, std::vector<string>{"worker", "--storage", storage, "--study", "s", "-j", "2"}));
  }
  for (const auto& worker : workers) EXPECT_EQ(worker->wait(), 0) << worker->err();
  const Ran exported = run_hone(folder.path(), {"study", "export", "s", "-o", "s.json"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  const std::size_t count = trials().size();
  EXPECT_GE(count, 12u);
  EXPECT_LE(count, 12u + 6) << "no more than what ran when the last permitted one was started";
  EXPECT_NE(run_hone(folder.path(), {"worker", "--study", "s"}).out.find("cost its budget"), string::npos);
}

TEST_F(TuneCost, FitHasTimeInstead) {
  string table = "x,y\n";
  for (int i = 0; i < 200; ++i) table += fmt::format("{}.5,{}\n", i * 37 % 101, i % 7 < 3 ? "a" : "b");
  file("d.csv", table);
  const Ran fit = run_hone(folder.path(), {"fit", "d.csv", "--target", "y", "--time", "2s", "-f", "json"});
  ASSERT_EQ(fit.code, 0) << fit.err;
  const double seconds = json::parse(fit.out)["seconds"];
  EXPECT_GT(seconds, 0.5);
  EXPECT_LT(seconds, 60) << "its time ends it; the limit is for slow machines";
  EXPECT_EQ(fit.err.find("cost"), string::npos) << fit.err;
}

TEST_F(TuneCost, WhatIsNoneIsRefused) {
  study(costly);
  EXPECT_NE(tune({"s.toml", "--cost", "0"}, 2).err.find("above 0"), string::npos);
  EXPECT_NE(tune({"s.toml", "--cost", "-1"}, 2).err.find("--cost"), string::npos);
  EXPECT_NE(tune({"s.toml", "--cost", "nan"}, 2).err.find("--cost"), string::npos);
  study(costly, "", "[search]\ncost = 0\n");
  EXPECT_NE(tune({"s.toml"}, 2).err.find("'cost' in [search] must be a number above 0, got 0"), string::npos);
  study(costly, "", "[search]\ncost_per_hour = -2\n");
  EXPECT_NE(tune({"s.toml"}, 2).err.find("'cost_per_hour' in [search] must be 0 or more, got -2"), string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "hone.db")) << "nothing was changed";
  study("echo 'hone: {\"value\": 1, \"cost\": -3}'; echo 'hone: {\"value\": 2}'");
  (void)tune({"s.toml", "--trials", "1"});
  EXPECT_EQ(trials()[0]["value"].get<double>(), 2) << "such a line is named and ignored";
  file("fit.toml", "format = 1\n[data]\npath = \"d.csv\"\ntarget = \"y\"\n[search]\ncost = 5\n");
  file("d.csv", "x,y\n1,2\n2,3\n3,4\n4,5\n5,6\n6,7\n7,8\n8,9\n9,10\n10,11\n");
  const Ran fit = run_hone(folder.path(), {"fit", "fit.toml"});
  EXPECT_EQ(fit.code, 2);
  EXPECT_NE(fit.err.find("its cost is time"), string::npos) << fit.err;
}

}  // namespace
}  // namespace hone
