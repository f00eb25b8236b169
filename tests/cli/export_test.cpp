// `hone export` as a user types it: a study or a file, and what is refused.
#include <gtest/gtest.h>

#include "cli/process.hpp"
#include "small_data.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

struct Folder : TemporaryFolder {
  Folder() {
    write_small_classification(path() / "data.csv", 200);
    const Ran fit = run_hone(path(), {"fit", "data.csv", "--target", "label", "--trials", "2", "--epochs", "2", "-j",
                                      "1", "--study", "first", "--out", "out"});
    EXPECT_EQ(fit.code, 0) << fit.err;
  }
  Ran run(const std::vector<std::string>& words) const { return run_hone(path(), words); }
  bool has(const std::string& name) const { return std::filesystem::exists(path() / name); }
  std::string content(const std::string& name) const { return read_file(path() / name).value_or(""); }
};

TEST(Export, TheFileAndTheStudyGiveTheSame) {
  const Folder folder;
  const Ran file = folder.run({"export", "out/model.hone", "-o", "file.onnx"});
  ASSERT_EQ(file.code, 0) << file.err;
  for (const char* says :
       {"file.onnx", "'a' float64", "'colour' string", "'label' string", "'probabilities' float32[2]"})
    EXPECT_NE(file.out.find(says), std::string::npos) << says << "\n" << file.out;
  const Ran study = folder.run({"export", "first", "-o", "study.onnx"});
  ASSERT_EQ(study.code, 0) << study.err;
  EXPECT_GT(folder.content("file.onnx").size(), 1000u);
  EXPECT_EQ(folder.content("file.onnx"), folder.content("study.onnx"));
}

TEST(Export, BadInputIsRefusedWithTheCure) {
  const Folder folder;
  std::string model = folder.content("out/model.hone");
  model[model.size() / 2] ^= 1;
  (void)write_file(folder.path() / "damaged.hone", model);
  (void)write_file(folder.path() / "text.hone", "hello");
  std::filesystem::create_directory(folder.path() / "folder.onnx");
  const struct {
    std::vector<std::string> words;
    std::string says;
  } cases[] = {
      {{"export", "out/model.hone"}, "-o"},
      {{"export", "out/model.hone", "-o", "out/model.hone"}, ".onnx"},
      {{"export", "damaged.hone", "-o", "m.onnx"}, "checksum"},
      {{"export", "text.hone", "-o", "m.onnx"}, "not a model file"},
      {{"export", "fisrt", "-o", "m.onnx"}, "first"},
      {{"export", "absent.hone", "-o", "m.onnx"}, "'absent.hone' is no file"},
      {{"export", "first", "-o", "m.onnx", "--storage", "sqlite:///none.db"}, "none.db"},
      {{"export", "out/model.hone", "-o", "no/such/m.onnx"}, "no/such"},
      {{"export", "out/model.hone", "-o", "folder.onnx"}, "folder.onnx"},
  };
  for (const auto& [words, says] : cases) {
    const Ran ran = folder.run(words);
    EXPECT_EQ(ran.code, 2) << words[1] << "\n" << ran.err;
    EXPECT_NE(ran.err.find(says), std::string::npos) << words[1] << "\n" << ran.err;
    EXPECT_FALSE(folder.has("m.onnx"));
    EXPECT_TRUE(ran.out.empty()) << ran.out;
  }
  EXPECT_TRUE(folder.content("out/model.hone").starts_with("hone-model "));
}

TEST(Export, WhatOnnxCannotExpressIsNamed) {
  const TemporaryFolder folder;
  std::string csv = "when,when.month,label\n";
  for (int i = 0; i < 200; ++i)
    csv += fmt::format("2024-{:02}-{:02},{}.5,{}\n", i % 12 + 1, i % 28 + 1, i * 7 % 31, i % 12 < 5 ? "in" : "out");
  (void)write_file(folder.path() / "data.csv", csv);
  const Ran fit = run_hone(folder.path(), {"fit", "data.csv", "--target", "label", "--trials", "2", "--epochs", "2",
                                           "-j", "1", "--study", "dates", "--out", "out"});
  ASSERT_EQ(fit.code, 0) << fit.err;
  const Ran ran = run_hone(folder.path(), {"export", "dates", "-o", "m.onnx"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("'when.month'"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("out/model.hone"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "m.onnx"));
}

TEST(Export, AStudyWithoutAModelIsRefusedAndOneWhoseModelWasMovedToo) {
  const Folder folder;
  Process fit(folder.path(), {"fit", "data.csv", "--target", "label", "--trials", "100000", "--study", "endless"});
  const TemporaryFolder elsewhere;  // the outputs of a process go to files of its folder: another one for looking on
  const std::string url = "sqlite:///" + (folder.path() / "hone.db").string();
  while (run_hone(elsewhere.path(), {"study", "show", "endless", "--storage", url}).code != 0)
    ASSERT_FALSE(fit.wait_for(std::chrono::milliseconds(20))) << fit.err();
  fit.signal(SIGKILL);
  fit.wait();
  const Ran none = folder.run({"export", "endless", "-o", "m.onnx"});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("no model yet"), std::string::npos) << none.err;

  std::filesystem::rename(folder.path() / "out", folder.path() / "moved");
  const Ran moved = folder.run({"export", "first", "-o", "m.onnx"});
  EXPECT_EQ(moved.code, 2);
  EXPECT_NE(moved.err.find("out/model.hone"), std::string::npos) << moved.err;
  EXPECT_FALSE(folder.has("m.onnx"));
}

}  // namespace
}  // namespace hone
