// Studies of Optuna, in and out. The databases are SQL that Optuna 3.1 wrote; where Optuna is installed (Debian's
// python3-optuna), it also opens what hone writes and goes on with it.
#include <fmt/format.h>

#include <cmath>

#include "cli/import_files.hpp"

namespace hone {
namespace {

using nlohmann::json;

class ImportOptuna : public ImportProgram {
 protected:
  std::string import(const std::string& study, int code = 0) const {
    return hone({"study", "import", "--optuna", "o.db", "--name", study}, code);
  }
  static bool has_optuna() { return std::system("/usr/bin/python3 -c 'import optuna' > /dev/null 2>&1") == 0; }
  /// What tests/cli/optuna/SCRIPT prints.
  std::string python(const std::string& script, const std::string& arguments) const {
    const std::string command =
        fmt::format("cd '{}' && /usr/bin/python3 -B '{}/tests/cli/optuna/{}' {} > py.txt 2> err.txt",
                    folder_.path().string(), HONE_SOURCE_DIR, script, arguments);
    EXPECT_EQ(std::system(command.c_str()), 0) << read("err.txt");
    return read("py.txt");
  }
};

TEST_F(ImportOptuna, EveryKindOfDistributionStateAndValue) {
  for (const int version : {3, 4}) {
    std::filesystem::remove(path("o.db"));
    std::filesystem::remove(path("hone.db"));
    make_optuna("o.db", version);
    const std::string out = import("plain");
    EXPECT_NE(out.find("7 trials"), std::string::npos) << out;
    EXPECT_NE(out.find("5 complete, 1 pruned, 0 failed, 1 waiting"), std::string::npos) << out;
    EXPECT_NE(out.find("trial 6 (failed)"), std::string::npos) << out;
    EXPECT_NE(out.find(R"({"enqueue": {"x":0.5}})"), std::string::npos) << out;
    hone({"study", "export", "plain", "-o", "plain.json"});
    const json whole = json::parse(read("plain.json"));
    const std::string toml = whole["study_file"];
    for (const char* line :
         {"x = { type = \"float\", low = -1.0, high = 1.0 }",
          "lr = { type = \"float\", low = 1e-05, high = 0.1, log = true }",
          "n = { type = \"int\", low = 1, high = 9, step = 2 }",
          "k = { type = \"int\", low = 1, high = 100, log = true }",
          "q = { type = \"float\", low = 0.0, high = 1.0, step = 0.1 }",
          "choices = [\"a\", 1, 2.5, {none = true}, true]", "direction = \"maximize\"", "max_step = 3"})
      EXPECT_NE(toml.find(line), std::string::npos) << line << "\n" << toml;
    const json& third = whole["trials"][3];
    EXPECT_EQ(third["value"], 0.25);
    EXPECT_EQ(third["origin"], "imported");
    EXPECT_EQ(third["params"]["q"], 0.3) << "0.30000000000000004 in Optuna";
    EXPECT_EQ(third["params"]["lr"], 1e-4 * 27);
    EXPECT_TRUE(third["params"]["c"].is_null());
    EXPECT_TRUE(third["params"]["k"].is_number_integer());
    EXPECT_EQ(third["constraints"], json::parse("[-0.5, -1.0]"));
    EXPECT_EQ(third["seconds"], 1.5);
    EXPECT_EQ(third["runs"][0]["reports"], json::parse("[[0,0.1],[1,null],[3,1.0]]"));
    EXPECT_EQ(whole["trials"][4]["state"], "pruned");
    EXPECT_EQ(whole["trials"][4]["steps"], 1);
    EXPECT_EQ(whole["trials"][6]["params"]["c"], true);
    expect_replays("plain");
  }
}

TEST_F(ImportOptuna, TheStudyGoesOn) {
  make_optuna("o.db");
  import("plain");
  hone({"study", "export", "plain", "-o", "plain.toml"});
  const auto answers = session("plain.toml", R"({"ask": {}}
{"tell": 6, "value": 0.75}
{"best": {}}
{"ask": {"params": {"x": 0.5}}}
{"report": 7, "step": 1, "value": 0.5}
{"report": 7, "step": 2, "value": 0.5}
{"tell": 7, "value": 0.5}
)");
  EXPECT_EQ(answers[0]["trial"], 6) << "the trial that waited";
  EXPECT_EQ(answers[0]["params"]["x"], 0.25);
  EXPECT_EQ(answers[2]["best"]["trial"], 0) << "an imported one";
  EXPECT_EQ(answers[3]["trial"], 7);
  expect_replays("plain");
}

TEST_F(ImportOptuna, WhatIsOddIsSaid) {
  make_optuna("o.db");
  const std::string out = import("odd");
  for (const char* part : {"'a-b' is called a_b_2", "'7' is called _7", "a_b: int 0 .. 9", "a_b_2: float -5 .. 2",
                           "running in Optuna", "not finite"})
    EXPECT_NE(out.find(part), std::string::npos) << part << "\n" << out;
  const json all = trials("odd");
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0]["state"], "complete");
  EXPECT_EQ(all[1]["reason"], "its value was inf, which is not finite");
  EXPECT_EQ(all[3]["params"]["a_b"], 6);
  expect_replays("odd");
}

TEST_F(ImportOptuna, SpacesThatDependOnTheTrialStayOpen) {
  make_optuna("o.db");
  const std::string out = import("dynamic");
  EXPECT_NE(out.find("has no fixed space"), std::string::npos) << out;
  hone({"study", "export", "dynamic", "-o", "dynamic.toml"});
  const auto answers = session("dynamic.toml", R"({"ask": {"open": true}}
{"suggest": 4, "name": "kind", "domain": {"type": "categorical", "choices": ["svm", "forest"]}}
{"suggest": 4, "name": "c", "domain": {"type": "float", "low": 0, "high": 12}}
{"suggest": 4, "name": "depth", "domain": {"type": "int", "low": 1, "high": 9}}
{"tell": 4, "value": 1}
)");
  EXPECT_EQ(answers[0]["trial"], 4);
  EXPECT_TRUE(answers[1].contains("value") && answers[2].contains("value"));
  EXPECT_TRUE(answers[3].contains("error")) << "another domain than the imported one";
  expect_replays("dynamic");

  // More of them can be added; and a space with conditions can be given.
  EXPECT_NE(
      hone({"study", "import", "--optuna", "o.db", "--name", "dynamic", "--study", "dynamic"}).find("behind the 5"),
      std::string::npos);
  expect_replays("dynamic");
  write("space.toml", R"(format = 1
[space]
kind = { type = "categorical", choices = ["svm", "forest"] }
c = { type = "float", low = 0, high = 20, when = "kind == 'svm'" }
depth = { type = "int", low = 1, high = 8, when = "kind == 'forest'" }
)");
  hone({"study", "import", "--optuna", "o.db", "--name", "dynamic", "--study", "fixed", "--space", "space.toml"});
  hone({"study", "export", "fixed", "-o", "fixed.toml"});
  EXPECT_EQ(session("fixed.toml", "{\"ask\": {}}\n")[0]["trial"], 4);
  expect_replays("fixed");
}

TEST_F(ImportOptuna, SeveralObjectivesAndOldNames) {
  make_optuna("o.db");
  import("two");
  const json all = trials("two");
  EXPECT_EQ(all[2]["values"], json::parse("[2.0, 4.0]"));
  EXPECT_NE(hone({"study", "show", "two"}).find("maximize speed"), std::string::npos);

  const auto old_name = [&](const std::string& name, const std::string& attributes, const std::string& is) {
    std::filesystem::remove(path("o.db"));
    make_optuna("o.db");
    sql("o.db", fmt::format("UPDATE trial_params SET param_value = 0.5, distribution_json = "
                            "'{{\"name\": \"{}\", \"attributes\": {{{}}}}}'",
                            name, attributes));
    if (name.starts_with("Int")) sql("o.db", "UPDATE trial_params SET param_value = 3");
    const std::string out = hone({"study", "import", "--optuna", "o.db", "--name", "two", "--study", name});
    EXPECT_NE(out.find("parameters  x: " + is), std::string::npos) << out;
  };
  old_name("UniformDistribution", R"("low": 0.0, "high": 2.0)", "float 0 .. 2\n");
  old_name("LogUniformDistribution", R"("low": 0.1, "high": 2.0)", "float 0.1 .. 2, log\n");
  old_name("DiscreteUniformDistribution", R"("low": 0.0, "high": 1.1, "q": 0.25)", "float 0 .. 1, step 0.25\n");
  old_name("IntUniformDistribution", R"("low": 1, "high": 8, "step": 2)", "int 1 .. 7, step 2\n");
  old_name("IntLogUniformDistribution", R"("low": 1, "high": 8, "step": 1)", "int 1 .. 8, log\n");
}

TEST_F(ImportOptuna, ComesBackTheSame) {
  make_optuna("o.db");
  for (const std::string study : {"plain", "odd", "dynamic", "two"}) {
    import(study);
    hone({"study", "export", study, "--optuna", study + ".db"});
    hone({"study", "import", "--optuna", study + ".db", "--study", study + "2"});
    hone({"study", "export", study, "-o", "a.csv"});
    hone({"study", "export", study + "2", "-o", "b.csv"});
    std::string a = read("a.csv");
    a = std::regex_replace(a, std::regex("2026-01-02T..:04:05Z,0.0,was running"),
                           "2026-01-02T03:04:05Z,0.0,was running");
    EXPECT_EQ(a, read("b.csv")) << study;
    EXPECT_EQ(hone({"study", "export", study, "--optuna", study + ".db"}, 2).find("hone: '" + study + ".db' exists"),
              0u);
  }
}

TEST_F(ImportOptuna, OptunaOpensWhatIsWrittenAndGoesOn) {
  if (!has_optuna()) GTEST_SKIP() << "no Optuna for /usr/bin/python3: apt-get install python3-optuna";
  python("make_studies.py", "o.db");  // as it is today
  import("plain");
  hone({"study", "export", "plain", "--optuna", "out.db"});
  const json seen = json::parse(python("go_on.py", "out.db plain"));
  EXPECT_EQ(seen["best"], 0);
  EXPECT_EQ(seen["value"], 1.0);
  EXPECT_EQ(seen["params"]["x"], -0.3);
  EXPECT_EQ(seen["direction"], "MAXIMIZE");
  EXPECT_EQ(seen["study_attrs"]["dataset"]["rows"], 7);
  EXPECT_EQ(seen["states"],
            json::parse(R"(["COMPLETE","COMPLETE","COMPLETE","COMPLETE","PRUNED","COMPLETE","WAITING"])"));
  EXPECT_EQ(seen["attrs"][3]["note"], "trial 3");
  EXPECT_EQ(seen["constraints"][3], json::parse("[-0.5, -1.0]"));
  EXPECT_EQ(seen["reports"][2], json::parse(R"([[0,"0.1"],[1,"nan"],[3,"-inf"]])"));
  EXPECT_EQ(seen["seconds"][0], 1.5);
  EXPECT_EQ(seen["seen"][0]["x"], 0.25) << "the trial that waited comes first, with its values";
  EXPECT_EQ(seen["seen"][0]["c"], true);
  EXPECT_EQ(seen["after"], 10);

  // And hone goes on with what Optuna has done.
  const std::string out = hone({"study", "import", "--optuna", "out.db", "--study", "again"});
  EXPECT_NE(out.find("10 trials"), std::string::npos) << out;
  EXPECT_NE(out.find("9 complete, 1 pruned, 0 failed, 0 waiting"), std::string::npos) << out;
  for (const std::string study : {"odd", "dynamic"}) {
    import(study);
    hone({"study", "export", study, "--optuna", study + ".db"});
    const json more = json::parse(python("go_on.py", study + ".db " + study));
    EXPECT_EQ(more["after"], more["states"].size() + 4);
  }
}

}  // namespace
}  // namespace hone
