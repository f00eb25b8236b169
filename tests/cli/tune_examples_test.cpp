// examples/tune as somebody would try them.
#include "cli/tune_program.hpp"

namespace hone {
namespace {

using nlohmann::json;
using std::string;

class TuneExamples : public TuneProgram {
 protected:
  void copy(const string& example) {
    std::filesystem::copy(std::filesystem::path(HONE_SOURCE_DIR) / "examples/tune" / example, folder.path(),
                          std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  }
};

TEST_F(TuneExamples, Shell) {
  copy("shell");
  const json result = hone_json({"tune", "study.toml", "-j", "2"});
  EXPECT_EQ(result["trials"]["complete"], 30);
  EXPECT_LT(result["best"]["value"].get<double>(), 0.1);
}

TEST_F(TuneExamples, PythonPausesAndGoesOn) {
  copy("python");
  const std::vector<string> debian_first = {"/usr/bin/env", fmt::format("PATH=/usr/bin:{}", std::getenv("PATH"))};
  if (std::system("PATH=/usr/bin:$PATH python3 -c 'import numpy' 2> /dev/null") != 0)
    GTEST_SKIP() << "python3 has no numpy: apt-get install python3-numpy";
  const Ran ran = run_hone(folder.path(), {"tune", "study.toml", "-j", "2", "-f", "json"}, debian_first);
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json result = json::parse(ran.out);
  EXPECT_EQ(result["trials"]["failed"], 0);
  EXPECT_GE(result["trials"]["complete"], 1);
  EXPECT_GT(result["best"]["value"].get<double>(), 0.6);
  const string text = log(result["best"]["trial"].get<int>());
  int last = 0, step = 0;
  for (std::size_t at = 0; (at = text.find("hone: {\"step\"", at)) != string::npos; ++at, last = step) {
    ASSERT_EQ(std::sscanf(text.c_str() + at, "hone: {\"step\": %d", &step), 1);
    EXPECT_GT(step, last) << "no epoch is reported twice:\n" << text;
  }
  EXPECT_NE(text.find("going on after epoch"), string::npos);
  EXPECT_EQ(run_hone(folder.path(), {"replay", "python-example"}).code, 0);
}

TEST_F(TuneExamples, CppWithTwoObjectives) {
  copy("cpp");
  std::filesystem::copy_file(HONE_TUNE_EXAMPLE, folder.path() / "train",
                             std::filesystem::copy_options::overwrite_existing);
  const Ran ran = tune({"study.toml"});
  EXPECT_NE(ran.out.find("of 20 trials, beaten by none in every objective"), string::npos) << ran.out;
  EXPECT_EQ(trials("cpp-example")[0]["values"].size(), 2u);
}

}  // namespace
}  // namespace hone
