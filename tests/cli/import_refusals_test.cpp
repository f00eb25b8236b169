// What `hone study import` refuses: each message names the file, the place and the cure, and nothing is changed.
#include <fmt/format.h>
#include <sys/stat.h>

#include "cli/import_files.hpp"

namespace hone {
namespace {

class ImportRefusals : public ImportProgram {
 protected:
  /// Exit code 2, a message with all `parts`, and no storage was made.
  void refused(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) const {
    std::vector<std::string> words = {"study", "import"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::string said = hone(words, 2);
    for (const std::string& part : parts) EXPECT_NE(said.find(part), std::string::npos) << part << "\nin " << said;
    EXPECT_FALSE(std::filesystem::exists(path("hone.db"))) << said;
  }
  /// Of a table.
  void table(const std::string& content, const std::vector<std::string>& parts,
             std::vector<std::string> more = {}) const {
    write("t.csv", content);
    more.insert(more.begin(), {"--csv", "t.csv"});
    refused(more, parts);
  }
  /// Of a list of trials.
  void list(const std::string& content, const std::vector<std::string>& parts,
            std::vector<std::string> more = {}) const {
    write("t.json", content);
    more.insert(more.begin(), {"--json", "t.json"});
    refused(more, parts);
  }
  /// Of Optuna's file after `edit`.
  void optuna(const std::string& edit, const std::vector<std::string>& parts,
              const std::string& study = "plain") const {
    std::filesystem::remove(path("o.db"));
    make_optuna("o.db");
    sql("o.db", edit);
    refused({"--optuna", "o.db", "--name", study}, parts);
  }
};

TEST_F(ImportRefusals, FilesThatAreNotOptunas) {
  refused({"--optuna", "nowhere.db"}, {"there is no file 'nowhere.db'"});
  refused({"--optuna", "."}, {"'.' is a folder"});
  write("empty.db", "");
  refused({"--optuna", "empty.db"}, {"'empty.db' is empty"});
  write("text.db", "x,value\n1,2\n");
  refused({"--optuna", "text.db"}, {"'text.db' is not a SQLite database"});
  sql("other.db", "CREATE TABLE t(x)");
  refused({"--optuna", "other.db"}, {"'other.db'", "another program"});
  write("own.csv", "x,value\n0,1\n");
  hone({"study", "import", "--csv", "own.csv", "--storage", "sqlite:///own.db"});
  refused({"--optuna", "own.db"}, {"is a hone storage"});
  write("damaged.db", "SQLite format 3" + std::string(1, '\0') + std::string(200, 'x'));
  refused({"--optuna", "damaged.db"}, {"damaged.db"});
}

TEST_F(ImportRefusals, OptunasFilesThatAreWrong) {
  optuna("UPDATE alembic_version SET version_num = 'v9.0.0.a'", {"newer schema ('v9.0.0.a')", "--csv"});
  optuna("UPDATE alembic_version SET version_num = 'v2.4.0.a'",
         {"older Optuna ('v2.4.0.a')", "optuna storage upgrade"});
  optuna("DELETE FROM alembic_version", {"older Optuna"});
  optuna("ALTER TABLE trial_values RENAME COLUMN value_type TO kind", {"lacks the column trial_values.value_type"});
  optuna("UPDATE trial_params SET param_value = 'much' WHERE trial_id = 2 AND param_name = 'x'",
         {"'o.db' has 'much' as the value of 'x' in trial 1", "number"});
  optuna("UPDATE trial_params SET param_value = 1.5 WHERE trial_id = 2 AND param_name = 'x'",
         {"'o.db', trial 1", "'x'", "1.5"});
  optuna("UPDATE trial_params SET param_value = 7 WHERE trial_id = 2 AND param_name = 'c'", {"trial 1", "0 to 4"});
  optuna("UPDATE trial_params SET param_value = 2.5 WHERE trial_id = 2 AND param_name = 'n'", {"trial 1", "whole"});
  optuna("UPDATE trial_params SET param_value = 2 WHERE trial_id = 2 AND param_name = 'n'", {"trial 1", "'n'"});
  optuna("UPDATE trial_params SET distribution_json = '{' WHERE param_id = 3", {"trial 0", "not JSON"});
  optuna(
      "UPDATE trial_params SET distribution_json = '{\"name\": \"NormalDistribution\", \"attributes\": {}}' WHERE "
      "param_id = 3",
      {"trial 0", "'NormalDistribution' is none of the kinds"});
  optuna(
      "UPDATE trial_params SET distribution_json = (SELECT distribution_json FROM trial_params WHERE param_name = "
      "'n') WHERE trial_id = 2 AND param_name = 'x'",
      {"trial 1", "one parameter is of one kind"});
  optuna("UPDATE trial_values SET value = 'best' WHERE trial_id = 2", {"'best' of type 'FINITE' as value of trial 1"});
  optuna("UPDATE trial_values SET value_type = 'HUGE' WHERE trial_id = 2", {"type 'HUGE'"});
  optuna("DELETE FROM trial_values WHERE trial_id = 2", {"trial 1", "complete with 0 values"});
  optuna("UPDATE trial_intermediate_values SET step = -1 WHERE trial_id = 2 AND step = 1", {"step '-1' in trial 1"});
  optuna("UPDATE trials SET state = 'LOST' WHERE trial_id = 2", {"trial 1", "it is 'LOST'", "COMPLETE"});
  optuna("UPDATE trial_system_attributes SET value_json = '[\"x\"]' WHERE trial_id = 2", {"trial 1", "constraints"});
  optuna("UPDATE study_directions SET direction = 'NOT_SET'", {"direction 'NOT_SET'", "MINIMIZE or MAXIMIZE"});
  optuna("DELETE FROM trials", {"has no trials"});
  optuna("", {"holds no study 'plan'", "did you mean 'plain'?"}, "plan");
  refused({"--optuna", "o.db"}, {"holds 4 studies", "--name", "plain"});
  refused({"--optuna", "o.db", "--name", "plain", "--direction", "minimize"},
          {"--direction says minimize", "maximize"});
  write("s.toml",
        "format = 1\n[study]\ndirection = \"maximize\"\n[space]\nx = { type = \"float\", low = 0, high = 1 }\n");
  refused({"--optuna", "o.db", "--name", "plain", "--space", "s.toml"}, {"trial 0", "'x' must be from 0 to 1"});
  refused({"--optuna", "o.db", "--name", "two", "--space", "s.toml"}, {"minimize, maximize", "'s.toml' says maximize"});
}

TEST_F(ImportRefusals, ALockedFile) {
  make_optuna("o.db");
  sqlite3* holder = nullptr;
  ASSERT_EQ(sqlite3_open(path("o.db").c_str(), &holder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(holder, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  refused({"--optuna", "o.db", "--name", "plain"}, {"o.db' was locked by another program"});
  sqlite3_close(holder);
}

TEST_F(ImportRefusals, Tables) {
  table("", {"t.csv"});
  table("x,value\n", {"'t.csv' has no rows"});
  table("x,x,value\n1,2,3\n", {"t.csv", "x"});
  table("x,y,loss\n1,2,3\n", {"which column", "--value COLUMN", "x, y, loss"});
  table("x,loss\n1,2\n", {"no column 'los'", "did you mean 'loss'?"}, {"--value", "los"});
  table("x,value\n1,2\n2,good\n", {"t.csv:3: column 'value': 'good' is no number"});
  table("x,value\n1,2\n2\n", {"'t.csv' line 3: 1 cell"});
  table("learning rate,value\n1,2\n", {"column 'learning rate'", "rename it"});
  table("value\n1\n", {"t.csv has no parameters"});
  table("x,value\n1,2\n", {"no column 'note'"}, {"--ignore", "note"});
  table("x,value\n1,2\n", {"--direction must be minimize or maximize, got 'up'"}, {"--direction", "up"});
  table("x,value\n1,2\n", {"need as many --direction"}, {"--direction", "minimize", "--direction", "maximize"});
  std::string many = "x,value\n";
  for (int i = 0; i < 300; ++i) many += fmt::format("text {},1\n", i);
  table(many, {"'x' holds more than 200 different texts", "--ignore"});

  write("s.toml",
        "format = 1\n[study]\ndirection = \"minimize\"\n[space]\nrate = { type = \"float\", low = 0, high = 1 }\n"
        "kind = { type = \"categorical\", choices = [\"a\", \"b\", 1, \"1\"] }\n"
        "depth = { type = \"int\", low = 1, high = 4, when = \"kind == 'a'\" }\n");
  const std::vector<std::string> with_space = {"--space", "s.toml"};
  table("rate,kind,depth,value\n0.5,a,2,1\n1.5,b,,1\n", {"t.csv:3", "'rate'", "1.5"}, with_space);
  table("rate,kind,depth,value\n0.5,a,2,1\nfast,b,,1\n", {"t.csv:3: column 'rate': 'fast' is no number"}, with_space);
  table("rate,kind,depth,value\n0.5,c,2,1\n", {"t.csv:2: column 'kind': 'c' is none of the choices"}, with_space);
  table("rate,kind,depth,value\n0.5,1,2,1\n", {"column 'kind'", "look the same"}, with_space);
  table("rate,kind,depth,value\n0.5,a,2.5,1\n", {"t.csv:2", "depth"}, with_space);
  table("rate,kind,depth,value\n0.5,a,,1\n", {"t.csv:2", "depth"}, with_space);
  table("rate,kind,depth,value\n0.5,b,3,1\n", {"t.csv:2", "depth"}, with_space);
  table("rate,kind,depth,rat,value\n0.5,b,,1,1\n", {"column 'rat' is no parameter", "did you mean 'rate'?"},
        with_space);
  table("rate,depth,value\n0.5,1,1\n", {"no column 'kind'"}, with_space);
  table("rate,kind,depth,value\n0.5,a,2,1\n", {"--direction says maximize, 's.toml' says minimize"},
        {"--space", "s.toml", "--direction", "maximize"});

  const std::string head = "trial,state,value,x,steps,arm,started,seconds,reason\n";
  table(head + "0,finished,1,0.5,0,tpe,,1,\n", {"t.csv:2: column 'state'", "finished"});
  table(head + "0,complete,,0.5,0,tpe,,1,\n", {"t.csv:2: column 'value'"});
  table(head + "0,failed,1,0.5,0,tpe,,1,\n", {"a failed trial has no value"});
  table(head + "0,complete,1,0.5,0,tpe,yesterday,1,\n", {"column 'started': 'yesterday'"});
  table(head + "0,complete,1,0.5,0,tpe,2026-02-30T00:00:00Z,1,\n", {"column 'started'"});
  table(head + "0,complete,1,0.5,0,tpe,,-1,\n", {"column 'seconds': '-1'"});
}

TEST_F(ImportRefusals, Json) {
  const std::string good = R"({"state": "complete", "params": {"x": 1.0}, "value": 2.0})";
  list("", {"'t.json' is empty"});
  list("{]", {"t.json:1:2: not JSON"});
  list("7", {"neither"});
  list("[]", {"has no trials"});
  list("[" + good + ",\n {\"state\": \"complete\", \"value\": 1}]", {"t.json:2", "'params' is missing"});
  list("[" + good + ",\n {\"state\": \"done\", \"params\": {}, \"value\": 1}]", {"t.json:2:3: ", "done"});
  list(R"([{"state": "complete", "params": {"x": [1]}, "value": 2}])", {"'x' must be one value, got an array"});
  list(R"([{"state": "complete", "params": {"x": 1}, "value": null}])", {"a complete trial needs a value"});
  list(R"([{"state": "complete", "params": {"x": 1}, "value": "much"}])", {"'value' must be a number"});
  list(R"([{"state": "complete", "params": {"x": 1}, "value": Infinity}])", {"finite"});
  list(R"([{"state": "failed", "params": {"x": 1}, "value": 1}])", {"a failed trial has no value"});
  list(
      R"([{"state": "complete", "params": {"x": 1}, "values": [1, 2]},
          {"state": "complete", "params": {"x": 1}, "values": [1]}])",
      {"1 values, the study has 2 objectives"});
  list(R"([{"state": "complete", "params": {"x": 1}, "value": 1, "seconds": -1}])", {"'seconds'"});
  list(R"([{"state": "complete", "params": {"x": 1}, "value": 1, "runs": [{"seed": -1}]}])", {"'seed'"});
  list(R"([{"state": "complete", "params": {"x": 1}, "value": 1, "runs": [{"reports": [[1]]}]}])", {"a report is"});
  list(R"([{"state": "complete", "params": {"x": 1}, "value": 1, "runs": [{"reports": [[-1, 2]]}]}])", {"a step is 0"});
  list(R"({"format": 2})", {"format 2 is not known"});
  list(R"({"format": 1, "study": {"name": "s"}})", {"'metrics' is missing"});
  list(
      R"({"format": 1, "study": {"name": "s", "direction": "minimize", "metrics": ["v"]},
          "study_file": "format = 7", "trials": []})",
      {"study_file", "format"});
  refused({"--json", "t.json", "--value", "x"}, {"--value and --ignore name columns"});
}

TEST_F(ImportRefusals, WhatWasTyped) {
  refused({}, {"--optuna FILE.db, --csv FILE or --json FILE"});
  write("t.csv", "x,value\n1,2\n");
  refused({"--csv", "t.csv", "--json", "t.csv"}, {"one file at a time"});
  refused({"--csv", "t.csv", "--name", "s"}, {"--name is for --optuna"});
  refused({"--csv", "t.csv", "--space", "nowhere.toml"}, {"nowhere.toml"});
  write("none.toml", "format = 1\n");
  refused({"--csv", "t.csv", "--space", "none.toml"}, {"'none.toml' has no [space]"});
  refused({"--csv", "t.csv", "--study", std::string(300, 'x')}, {"name of a study"});
}

TEST_F(ImportRefusals, AStudyThatExistsStaysAsItIs) {
  write("t.csv", "x,value\n0,1\n1,2\n");
  hone({"study", "import", "--csv", "t.csv"});
  const std::string before = hone({"study", "trials", "t", "-f", "json"});
  const auto said = [&](const std::vector<std::string>& arguments, const std::string& part) {
    std::vector<std::string> words = {"study", "import"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::string text = hone(words, 2);
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_EQ(hone({"study", "trials", "t", "-f", "json"}), before);
  };
  said({"--csv", "t.csv"}, "--study t adds the trials to it");
  write("other.csv", "x,y,value\n0,1,1\n");
  said({"--csv", "other.csv", "--study", "t"}, "column 'y' is no parameter of study 't'");
  write("s.toml", "format = 1\n[study]\nname = \"t\"\n[space]\nx = { type = \"int\", low = 0, high = 9 }\n");
  said({"--csv", "t.csv", "--study", "t", "--space", "s.toml"}, "another space");
  said({"--csv", "t.csv", "--study", "t", "--direction", "maximize"}, "study 't' says minimize");
  make_optuna("o.db");
  said({"--optuna", "o.db", "--name", "plain", "--study", "t"}, "study 't' says minimize");
}

TEST_F(ImportRefusals, ExportsThatCannotBe) {
  write("t.csv", "x,value\n0,1\n");
  hone({"study", "import", "--csv", "t.csv"});
  EXPECT_NE(hone({"study", "export", "t", "--optuna", "t.csv"}, 2).find("'t.csv' exists"), std::string::npos);
  EXPECT_EQ(read("t.csv"), "x,value\n0,1\n");
  EXPECT_NE(hone({"study", "export", "t", "--optuna", "no/where.db"}, 2).find("create it first"), std::string::npos);
  EXPECT_NE(hone({"study", "export", "t", "--optuna", "a.db", "-o", "a.csv"}, 2).find("one file"), std::string::npos);
}

}  // namespace
}  // namespace hone
