// `hone fit` and `hone predict` as a user types them, on small data.
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/process.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const std::vector<std::string> quick = {"fit", "data.csv", "--trials", "6", "--epochs", "4", "-j", "2", "--out", "out"};

struct Folder : TemporaryFolder {
  Folder() {
    write_small_classification(path() / "data.csv", 400);
    write_small_regression(path() / "values.csv", 400);
  }
  void write(const std::string& name, const std::string& content) const { (void)write_file(path() / name, content); }
  bool has(const std::string& name) const { return std::filesystem::exists(path() / name); }
};

TEST(Fit, TrainsTestsAndLeavesItsFiles) {
  const Folder folder;
  const Ran ran = run_hone(folder.path(), with(quick, {"--target", "label"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const char* name : {"out/model.hone", "out/best.toml", "out/trials.csv", "out/columns.json", "hone.db"})
    EXPECT_TRUE(folder.has(name)) << name;
  EXPECT_NE(ran.out.find("sealed test accuracy"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("hone predict"), std::string::npos);
  EXPECT_NE(ran.err.find("classification"), std::string::npos) << ran.err;

  const Ran predicted = run_hone(folder.path(), {"predict", "out/model.hone", "data.csv", "-o", "p.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const auto lines = split(*read_file(folder.path() / "p.csv"), '\n');
  EXPECT_EQ(lines[0], "label,probability_in,probability_out");
  EXPECT_EQ(lines.size(), 402u);  // header, 400 rows, the end

  folder.write("other.csv", "a,c,colour\n1,2,red\n3,4,blue\n");
  const Ran refused = run_hone(folder.path(), {"predict", "out/model.hone", "other.csv"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("b"), std::string::npos);
  EXPECT_NE(refused.err.find("noise"), std::string::npos) << refused.err;

  folder.write("unseen.csv", "a,b,noise,colour\n1,,0.5,violet\n0,0,0,red\n");
  const Ran unseen = run_hone(folder.path(), {"predict", "out/model.hone", "unseen.csv"});
  EXPECT_EQ(unseen.code, 0) << unseen.err;
  EXPECT_EQ(split(unseen.out, '\n').size(), 4u);
}

TEST(Fit, TheSameCommandPrintsTheResultAgainAndALargerBudgetContinues) {
  const Folder folder;
  const auto words = with(quick, {"--target", "label", "-f", "json"});
  const Ran first = run_hone(folder.path(), words);
  ASSERT_EQ(first.code, 0) << first.err;
  const Ran again = run_hone(folder.path(), words);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("finished"), std::string::npos) << again.err;
  const auto without_times = [](const std::string& json) {
    std::string kept;
    for (const std::string& part : split(json, ','))
      if (part.find("seconds") == std::string::npos && part.find("overhead") == std::string::npos) kept += part;
    return kept;
  };
  EXPECT_EQ(without_times(first.out), without_times(again.out));
  auto more = words;
  more[3] = "9";
  ASSERT_EQ(run_hone(folder.path(), more).code, 0);
  const Ran trials = run_hone(folder.path(), {"study", "list", "-f", "csv"});
  EXPECT_EQ(split(trials.out, '\n').size(), 3u) << trials.out;  // header, one study, the end
}

TEST(Fit, RegressionOverSpaceAndFixed) {
  const Folder folder;
  folder.write("space.toml", R"(format = 1
[space]
learning_rate = { type = "float", low = 1e-3, high = 1e-1, log = true, default = 1e-2 }
layers = { type = "int", low = 1, high = 2 }
units = { type = "int", low = 8, high = 32, log = true, repeat = "layers" }
[fixed]
batch = 32
activation = "tanh"
)");
  const Ran ran = run_hone(folder.path(), {"fit", "values.csv", "--target", "y", "--trials", "5", "--epochs", "6",
                                           "--space", "space.toml", "-f", "json", "--out", "out"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("\"metric\": \"rmse\""), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("units.1"), std::string::npos);
  EXPECT_EQ(ran.out.find("dropout"), std::string::npos) << "the file's space replaces the default one";
  EXPECT_NE(read_file(folder.path() / "out/best.toml").value_or("").find("max_step = 6"), std::string::npos);
  const Ran best = run_hone(folder.path(), {"fit", "out/best.toml", "--out", "again"});
  ASSERT_EQ(best.code, 0) << best.err;
  EXPECT_TRUE(folder.has("again/model.hone"));
}

TEST(Fit, ATimeBudgetIsKept) {
  const Folder folder;
  const Ran ran = run_hone(folder.path(), {"fit", "data.csv", "--target", "label", "--time", "4s", "-f", "json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
}

struct Refused {
  std::vector<std::string> words;
  std::string says;
};

/// Each line of bad input: exit code 2, the place, the cure; and nothing was made.
TEST(Fit, BadUsageIsRefusedAndChangesNothing) {
  const Folder folder;
  folder.write("cyclic.toml",
               "format = 1\n[space]\nlearning_rate = { type = \"float\", low = 0.1, high = 1, when = \"layers "
               "> 1\" }\nlayers = { type = \"int\", low = 1, high = 3, when = \"learning_rate > 0.5\" }\n");
  folder.write("swapped.toml", "format = 1\n[space]\nlearning_rate = { type = \"float\", low = 2, high = 1 }\n");
  folder.write("log.toml",
               "format = 1\n[space]\nlearning_rate = { type = \"float\", low = 0, high = 1, log = true }\n");
  folder.write("key.toml", "format = 1\n[space]\nlearning_rate = { type = \"float\", low = 0, hihg = 1 }\n");
  folder.write("type.toml", "format = 1\n[space]\nlearning_rate = { type = \"flaot\", low = 0, high = 1 }\n");
  folder.write("default.toml",
               "format = 1\n[space]\ndropout = { type = \"float\", low = 0, high = 0.5, default = 0.9 }\n");
  folder.write(
      "forbid.toml",
      "format = 1\n[space]\ndropout = { type = \"float\", low = 0, high = 0.5 }\n[constraints]\nforbid = [\"dropot > "
      "0.1\"]\n");
  folder.write("name.toml", "format = 1\n[space]\nlerning_rate = { type = \"float\", low = 0.1, high = 0.5 }\n");
  folder.write("broken.toml", "format = 1\n[space\n");
  const std::vector<std::string> fit = {"fit", "data.csv", "--target", "label"};
  const std::vector<Refused> cases = {
      {with(fit, {"--time", "0"}), "--time"},
      {with(fit, {"--time", "banana"}), "banana"},
      {with(fit, {"-j", "0"}), "0"},
      {with(fit, {"--trials", "-3"}), "--trials"},
      {with(fit, {"--sampler", "tpee"}), "tpe"},
      {with(fit, {"--pruner", "ashaa"}), "asha"},
      {with(fit, {"--metric", "acuracy"}), "accuracy"},
      {with(fit, {"--metric", "rmse"}), "rmse"},
      {with(fit, {"--task", "clustering"}), "classification"},
      {with(fit, {"--tiem", "3s"}), "--time"},
      {with(fit, {"--columns", "colr=numeric"}), "colour"},
      {with(fit, {"--columns", "colour=number"}), "numeric"},
      {with(fit, {"--storage", "mysql://x"}), "sqlite"},
      {with(fit, {"--seed", "banana"}), "--seed"},
      {{"fit", "data.csv", "--target", "labell"}, "label"},
      {{"fit", "data.csv"}, "--target"},
      {{"fit", "dta.csv", "--target", "label"}, "dta.csv"},
      {{"fit"}, "DATA"},
      {with(fit, {"--space", "cyclic.toml"}), "cycl"},
      {with(fit, {"--space", "swapped.toml"}), "swapped.toml:3:"},
      {with(fit, {"--space", "log.toml"}), "log.toml:3:"},
      {with(fit, {"--space", "key.toml"}), "high"},
      {with(fit, {"--space", "type.toml"}), "float"},
      {with(fit, {"--space", "default.toml"}), "0.9"},
      {with(fit, {"--space", "forbid.toml"}), "dropout"},
      {with(fit, {"--space", "name.toml"}), "learning_rate"},
      {with(fit, {"--space", "broken.toml"}), "broken.toml:2:"},
      {with(fit, {"--space", "missing.toml"}), "missing.toml"},
  };
  for (const Refused& refused : cases) {
    const Ran ran = run_hone(folder.path(), refused.words);
    EXPECT_EQ(ran.code, 2) << join(refused.words, " ") << "\n" << ran.err;
    EXPECT_NE(ran.err.find(refused.says), std::string::npos) << join(refused.words, " ") << "\n" << ran.err;
    EXPECT_TRUE(ran.out.empty()) << ran.out;
    EXPECT_FALSE(folder.has("hone.db")) << join(refused.words, " ");
  }
}

TEST(Fit, BadDataIsRefusedWithItsPlace) {
  const Folder folder;
  folder.write("empty.csv", "");
  folder.write("binary.csv", std::string("\x7f"
                                         "ELF\0\1\2\3binary\0\0\0",
                                         18));
  folder.write("ragged.csv", "a,b,label\n1,2,x\n1,2,y\n1,2\n1,2,x\n");
  folder.write("twice.csv", "a,a,label\n1,2,x\n1,2,y\n");
  folder.write("few.csv", "a,label\n1,x\n2,y\n3,x\n");
  std::string constant = "a,label\n", mixed = "a,label\n";
  for (int i = 0; i < 300; ++i) {
    constant += std::to_string(i * 7 % 100) + ",same\n";
    mixed += (i == 200 ? std::string("oops") : std::to_string(i * 7 % 100)) + (i % 2 ? ",x\n" : ",y\n");
  }
  folder.write("constant.csv", constant);
  folder.write("mixed.csv", mixed);
  folder.write("cut.csv.gz", "\x1f\x8b\x08");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"empty.csv", "empty"}, {"binary.csv", "binary.csv"}, {"ragged.csv", "line 4"},      {"twice.csv", "'a'"},
      {"few.csv", "10"},      {"constant.csv", "same"},     {"mixed.csv", "--columns a="}, {"cut.csv.gz", "cut.csv.gz"},
  };
  for (const auto& [file, says] : cases) {
    const Ran ran = run_hone(folder.path(), {"fit", file, "--target", "label", "--trials", "2"});
    EXPECT_EQ(ran.code, 2) << file << "\n" << ran.err;
    EXPECT_NE(ran.err.find(says), std::string::npos) << file << "\n" << ran.err;
    EXPECT_FALSE(folder.has("hone.db")) << file;
  }
}

TEST(Fit, AnotherSpaceOrOtherDataUnderTheSameNameIsRefused) {
  const Folder folder;
  ASSERT_EQ(run_hone(folder.path(), with(quick, {"--target", "label", "--study", "s"})).code, 0);
  folder.write("space.toml",
               "format = 1\n[space]\nlearning_rate = { type = \"float\", low = 0.001, high = 1, log = true }\n");
  const Ran space =
      run_hone(folder.path(), with(quick, {"--target", "label", "--study", "s", "--space", "space.toml"}));
  EXPECT_EQ(space.code, 2);
  EXPECT_NE(space.err.find("learning_rate"), std::string::npos) << space.err;
  write_small_classification(folder.path() / "data.csv", 401);
  const Ran data = run_hone(folder.path(), with(quick, {"--target", "label", "--study", "s"}));
  EXPECT_EQ(data.code, 2);
  EXPECT_NE(data.err.find("other data"), std::string::npos) << data.err;
  EXPECT_EQ(run_hone(folder.path(), with(quick, {"--target", "label", "--study", "s", "--fresh"})).code, 0);
}

TEST(Fit, AStudyWithoutOneSuccessfulTrialEndsWithCode3) {
  const Folder folder;
  folder.write("space.toml", R"(format = 1
[space]
learning_rate = { type = "float", low = 50, high = 100 }
[fixed]
optimizer = "sgd"
activation = "identity"
)");
  const Ran ran = run_hone(
      folder.path(), {"fit", "values.csv", "--target", "y", "--trials", "2", "--epochs", "3", "--space", "space.toml"});
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_NE(ran.err.find("no trial succeeded"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace hone
