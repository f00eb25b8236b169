// `hone study import` of tables and JSON: what hone wrote itself comes back to the byte, and a person's table is read.
#include <fmt/format.h>

#include "cli/import_files.hpp"
#include "storage/store.hpp"

namespace hone {
namespace {

using nlohmann::json;

constexpr const char* space = R"(format = 1
[study]
direction = "maximize"
metric = "accuracy"
seed = 7
[space]
rate = { type = "float", low = 1e-5, high = 1.0, log = true }
layers = { type = "int", low = 1, high = 3 }
units = { type = "int", low = 4, high = 64, repeat = "layers" }
kind = { type = "categorical", choices = ["sgd", "a,\"b\"", 1, 2.5, {none = true}] }
momentum = { type = "float", low = 0.0, high = 0.99, when = "kind == 'sgd'" }
shuffle = { type = "bool" }
[run]
max_step = 9
)";

/// What may differ from the first export to that of the imported study.
std::string without_origin(std::string text) {
  text = std::regex_replace(text, std::regex("\"(created|updated)\": \"[^\"]*\""), "\"$1\": \"\"");
  text = std::regex_replace(text, std::regex("\"origin\": \"[a-z]*\""), "\"origin\": \"\"");
  return std::regex_replace(text, std::regex("\"seen\": [0-9]+"), "\"seen\": 0");
}

class ImportTables : public ImportProgram {
 protected:
  /// A study of 24 trials by a session: complete ones with reports, pruned, failed, and one with everything odd.
  void make_study(bool with_reports) {
    write("study.toml", space);
    std::string lines;
    for (int i = 0; i < 24; ++i) {
      lines += "{\"ask\": {}}\n";
      if (with_reports)
        for (int step = 1; step <= 3; ++step)
          lines += fmt::format("{{\"report\": {}, \"step\": {}, \"value\": {}}}\n", i, step,
                               step == 2 && i == 3 ? "NaN" : fmt::format("0.{}{}", step, i + 10));
      if (i % 7 == 5)
        lines += fmt::format(
            "{{\"tell\": {}, \"state\": \"failed\", \"reason\": \"exploded, \\\"loudly\\\"\\nat once\"}}\n", i);
      else if (i % 7 == 6)
        lines += fmt::format("{{\"tell\": {}, \"state\": \"pruned\"}}\n", i);
      else
        lines += fmt::format("{{\"tell\": {}, \"value\": {}, \"constraints\": [{}]}}\n", i, 1.0 / (3 + i),
                             i % 2 ? "-1" : "0.1");
    }
    write("in.txt", lines);
    Process process(folder_.path(), {"session", "study.toml", "--study", "first", "--sampler", "tpe"},
                    {"/bin/sh", "-c", "exec \"$@\" < in.txt", "sh"});
    ASSERT_EQ(process.wait(), 0) << process.err();
  }
};

TEST_F(ImportTables, TheTableComesBackToTheByte) {
  make_study(false);
  hone({"study", "export", "first", "-o", "first.csv"});
  hone({"study", "import", "--csv", "first.csv", "--space", "study.toml", "--study", "second"});
  hone({"study", "export", "second", "-o", "second.csv"});
  EXPECT_EQ(read("first.csv"), read("second.csv"));
  hone({"study", "export", "second", "-o", "second.toml"});
  const auto answers = session("second.toml", "{\"ask\": {}}\n{\"tell\": 24, \"value\": 0.5}\n");
  EXPECT_EQ(answers[0]["trial"], 24);
  expect_replays("second");
}

TEST_F(ImportTables, JsonComesBackToTheByte) {
  make_study(true);
  hone({"study", "export", "first", "-o", "first.json"});
  std::filesystem::remove(path("hone.db"));
  hone({"study", "import", "--json", "first.json"});
  hone({"study", "export", "first", "-o", "second.json"});
  EXPECT_EQ(without_origin(read("first.json")), without_origin(read("second.json")));
  EXPECT_NE(read("first.json"), read("second.json")) << "the origin of a trial is known";
  hone({"study", "import", "--json", "second.json", "--study", "again"});
  hone({"study", "export", "again", "-o", "third.json"});
  std::string third = read("third.json");
  third = std::regex_replace(third, std::regex("\"again\""), "\"first\"");
  third = std::regex_replace(third, std::regex("name = \\\\\"again"), "name = \\\"first");
  EXPECT_EQ(without_origin(read("second.json")), without_origin(third));
  expect_replays("again");

  // The list of trials has no reports; everything else is the same.
  write("list.json", hone({"study", "trials", "first", "-f", "json"}));
  const std::string out =
      hone({"study", "import", "--json", "list.json", "--space", "study.toml", "--study", "listed"});
  EXPECT_NE(out.find("the last step of 24 trials is dropped"), std::string::npos) << out;
  EXPECT_EQ(std::regex_replace(read("list.json"), std::regex("\"steps\": 3"), "\"steps\": 0"),
            hone({"study", "trials", "listed", "-f", "json"}));
}

TEST_F(ImportTables, SeveralObjectivesAndOpenStudiesComeBack) {
  write("two.toml",
        "format = 1\n[study]\nname = \"two\"\ndirections = [\"minimize\", \"maximize\"]\nmetrics = [\"loss\", "
        "\"speed\"]\n[space]\nx = { type = \"float\", low = 0, high = 1 }\n");
  session("two.toml",
          "{\"ask\": {}}\n{\"report\": 0, \"step\": 1, \"values\": [1, NaN]}\n{\"tell\": 0, \"values\": [1, 2]}\n"
          "{\"ask\": {}}\n{\"tell\": 1, \"values\": [0.5, 1]}\n");
  hone({"study", "export", "two", "-o", "two.json"});
  hone({"study", "export", "two", "-o", "two.csv"});
  hone({"study", "rm", "two", "--force"});
  hone({"study", "import", "--json", "two.json"});
  hone({"study", "export", "two", "-o", "again.json"});
  EXPECT_EQ(without_origin(read("two.json")), without_origin(read("again.json")));
  hone({"study", "import", "--csv", "two.csv", "--space", "two.toml", "--study", "table"});
  EXPECT_EQ(trials("table")[1]["values"], json::parse("[0.5, 1.0]"));

  write("open.toml", "format = 1\n[study]\nname = \"open\"\n");
  session("open.toml",
          "{\"ask\": {\"open\": true}}\n{\"suggest\": 0, \"name\": \"x\", \"domain\": {\"type\": \"float\", "
          "\"low\": 0, \"high\": 1}}\n{\"tell\": 0, \"value\": 1}\n{\"ask\": {\"open\": true}}\n{\"suggest\": 1, "
          "\"name\": \"y\", \"domain\": {\"type\": \"int\", \"low\": 0, \"high\": 1}}\n{\"tell\": 1, \"value\": 2}\n");
  hone({"study", "export", "open", "-o", "open.json"});
  hone({"study", "import", "--json", "open.json", "--study", "other"});
  EXPECT_EQ(trials("open"), trials("other"));
  expect_replays("other");
}

TEST_F(ImportTables, APersonsTableIsReadAndGuessesAreSaid) {
  write("runs.csv",
        "learning_rate;layers;activation;dropout;flag;note;loss\n"
        "1e-5;1;relu;0.5;true;first;0.9\n"
        "1e-4;2;tanh;0;false;second;0.5\n"
        "1e-3;3;relu;0.25;true;;0.25\n"
        "1e-1;2;3;0.1;true;diverged;nan\n");
  const std::string out = hone({"study", "import", "--csv", "runs.csv", "--value", "loss", "--ignore", "note"});
  for (const char* part :
       {"4 trials", "3 complete, 0 pruned, 1 failed", "minimize loss", "learning_rate: float 1e-05 .. 0.1, log",
        "layers: int 1 .. 3", "activation: categorical 'relu', 'tanh', '3'", "dropout: float 0 .. 0.5\n", "flag: bool",
        "guessed", "assumed that loss is to be minimized", "best        trial 2: 0.25"})
    EXPECT_NE(out.find(part), std::string::npos) << part << "\n" << out;
  EXPECT_EQ(trials("runs")[3]["reason"], "its value is nan");
  hone({"study", "export", "runs", "-o", "runs.toml"});
  EXPECT_EQ(session("runs.toml", "{\"ask\": {}}\n")[0]["trial"], 4);
  expect_replays("runs");

  write("wide.toml",
        "format = 1\n[study]\ndirection = \"maximize\"\nmetric = \"loss\"\n[space]\n"
        "learning_rate = { type = \"float\", low = 1e-6, high = 1, log = true }\n"
        "layers = { type = \"int\", low = 1, high = 9 }\n"
        "activation = { type = \"categorical\", choices = [\"tanh\", 3, \"relu\"] }\n"
        "dropout = { type = \"float\", low = 0, high = 1 }\nflag = { type = \"bool\" }\n");
  hone({"study", "import", "--csv", "runs.csv", "--ignore", "note", "--space", "wide.toml", "--study", "wide"});
  EXPECT_EQ(trials("wide")[3]["params"]["activation"], 3);
}

TEST_F(ImportTables, MoreTrialsAreAddedBehind) {
  write("runs.csv", "x,value\n0,1\n1,2\n0.5,3\n");
  hone({"study", "import", "--csv", "runs.csv", "--study", "s"});
  const std::string first = hone({"study", "trials", "s", "-f", "json"});
  write("more.csv", "x,value\n0.25,1\n0.75,2\n");
  EXPECT_NE(hone({"study", "import", "--csv", "more.csv", "--study", "s"}).find("behind the 3"), std::string::npos);
  const std::string all = hone({"study", "trials", "s", "-f", "json"});
  EXPECT_EQ(trials("s").size(), 5u);
  EXPECT_EQ(all.compare(0, first.size() - 3, first, 0, first.size() - 3), 0) << "finished trials never change";
  write("beyond.csv", "x,value\n0.25,1\n1.75,2\n");
  EXPECT_NE(hone({"study", "import", "--csv", "beyond.csv", "--study", "s"}, 2).find("beyond.csv:3"),
            std::string::npos);
  EXPECT_EQ(hone({"study", "trials", "s", "-f", "json"}), all);
  expect_replays("s");
}

TEST_F(ImportTables, SamplersLearnFromImportedTrials) {
  const auto proposal = [&](const std::string& name, double best) {
    std::string table = "x,value\n";
    for (int i = 0; i <= 40; ++i) table += fmt::format("{},{}\n", i / 40.0, (i / 40.0 - best) * (i / 40.0 - best));
    write("runs.csv", table);
    hone({"study", "import", "--csv", "runs.csv", "--study", name});
    hone({"study", "export", name, "-o", "s.toml"});
    write("s.toml", read("s.toml") + "\n[search]\nsampler = \"gp\"\n");
    const double x = session("s.toml", "{\"ask\": {}}\n").at(0)["params"]["x"];
    expect_replays(name);
    return x;
  };
  EXPECT_NEAR(proposal("low", 0.2125), 0.2125, 0.05);
  EXPECT_NEAR(proposal("high", 0.7875), 0.7875, 0.05);
}

TEST_F(ImportTables, AStudyOfATunedProgramIsOne) {
  write("tune.toml",
        "format = 1\n[study]\nname = \"t\"\n[space]\nx = { type = \"float\", low = 0, high = 1 }\n[run]\n"
        "command = [\"/bin/sh\", \"-c\", \"echo 'hone: {{\\\"value\\\": {x}}}'\"]\n");
  write("runs.csv", "x,value\n0,0\n1,1\n");
  hone({"study", "import", "--csv", "runs.csv", "--space", "tune.toml"});
  hone({"tune", "tune.toml", "--trials", "3"});
  const json all = trials("t");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2]["state"], "complete");
  expect_replays("t");
}

}  // namespace
}  // namespace hone
