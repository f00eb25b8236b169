// A program's command, environment, lines and log, without a program.
#include <gtest/gtest.h>

#include <cmath>

#include "base/files.hpp"
#include "runners/command_environment.hpp"
#include "runners/command_template.hpp"
#include "runners/program_log.hpp"
#include "runners/report_line.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

using std::string;

Space a_space() {
  const auto file = parse_study_file(
      "format = 1\n[space]\nn = { type = \"int\", low = 0, high = 3 }\n"
      "u = { type = \"float\", low = 0.0, high = 1.0, repeat = \"n\" }\nb = { type = \"bool\" }\n"
      "c = { type = \"categorical\", choices = [\"x\", {none = true}, 2.5] }\n",
      "s.toml");
  return *file->space;
}

Configuration values(std::vector<Configuration::Entry> entries) {
  return Configuration(std::move(entries));
}

TEST(CommandTemplate, FillsIn) {
  const Space space = a_space();
  const auto command = CommandTemplate::parse({{{"run-{b}"}, false},
                                               {{"{{{c}}}", "-u", "{u}"}, true},
                                               {{"--last", "{u.3}"}, true},
                                               {{""}, false},
                                               {{"{n}{n}"}, false}},
                                              space);
  ASSERT_TRUE(command.has_value()) << command.error().message;
  EXPECT_EQ(command->fixed_program(), "");
  EXPECT_EQ(command->words(values({{"n", std::int64_t{2}}, {"u.1", 0.5}, {"u.2", 1.0}, {"b", true}, {"c", Null{}}})),
            (std::vector<string>{"run-true", "{null}", "-u", "0.5,1", "", "22"}));
  EXPECT_EQ(command->words(values({{"n", std::int64_t{0}}, {"b", false}, {"c", 2.5}})),
            (std::vector<string>{"run-false", "", "00"}));
}

TEST(CommandTemplate, KnowsWhatIsAlwaysThere) {
  const Space space = a_space();
  EXPECT_TRUE(is_always_active(space, *space.find_axis("n")));
  EXPECT_FALSE(is_always_active(space, *space.find_axis("u.1"))) << "n may be 0";
  EXPECT_FALSE(CommandTemplate::parse({{{
                                            "p",
                                        },
                                        false},
                                       {{"{u}"}, false}},
                                      space)
                   .has_value());
}

TEST(CommandEnvironment, OwnWinsOverInheritedOverThreads) {
  const auto environment = CommandEnvironment::make(
      a_space(), {{"A", "own"}}, {"A=1", "B=2", "OMP_NUM_THREADS=9", "HONE_TRIAL=77", "HONE_STORAGE=s", "=x", "odd"}, 3,
      "me");
  ASSERT_TRUE(environment.has_value());
  RunRequest request;
  request.trial = 5;
  request.seed = ~std::uint64_t{0};
  request.configuration = values({{"u.1", 0.25}, {"c", "x"}});
  const auto entries = environment->entries(request, {});
  const auto has = [&](const string& entry) { return std::ranges::find(entries, entry) != entries.end(); };
  EXPECT_TRUE(has("A=own") && has("B=2") && has("OMP_NUM_THREADS=9") && has("MKL_NUM_THREADS=3"));
  EXPECT_TRUE(has("HONE_TRIAL=5") && has("HONE_STORAGE=s") && has("HONE_OWNER=me"));
  EXPECT_TRUE(has("HONE_PARAM_U_1=0.25") && has("HONE_PARAM_C=x") && has("HONE_SEED=2147483647"));
  EXPECT_TRUE(has("HONE_PARAMS={\"u.1\":0.25,\"c\":\"x\"}"));
  EXPECT_EQ(environment->path(), "/usr/local/bin:/usr/bin:/bin");
}

TEST(ReportLine, SaysWhatItSays) {
  const std::vector<string> two = {"a", "b"};
  EXPECT_EQ(report_text("hone: {}"), "{}");
  EXPECT_FALSE(report_text(" hone: {}").has_value());
  const auto line = parse_report(R"({"step": 3, "values": {"b": -Infinity, "a": 1}, "constraints": [0.5]})", two, 3);
  ASSERT_TRUE(line.has_value()) << line.error();
  EXPECT_EQ(line->step, 3);
  EXPECT_EQ(line->values, (std::vector<double>{1, -INFINITY}));
  EXPECT_EQ(line->constraints, std::vector<double>{0.5});
  EXPECT_TRUE(parse_report("{}", two, 0)->values.empty());
  for (const char* wrong :
       {"", "3", "[", R"({"step": 4, "values": [1, 2]})", R"({"step": 1})", R"({"step": 1.5, "values": [1, 2]})",
        R"({"value": 1})", R"({"values": [1]})", R"({"values": {"a": 1}})", R"({"values": [1, 2], "value": 1})",
        R"({"values": {"a": 1, "c": 2}})", R"({"constraints": [NaN]})", R"({"attrs": 1})", R"({"epoch": 1})"})
    EXPECT_FALSE(parse_report(wrong, two, 3).has_value()) << wrong;
}

TEST(MetricPattern, FindsTheFirstGroup) {
  const auto pattern = MetricPattern::make("(?:x)?=([\\d.]+)");
  EXPECT_FALSE(pattern.has_value()) << "no POSIX expression";
  const auto digits = MetricPattern::make("acc\\D*(\\d+\\.?[\\d]*)");
  ASSERT_TRUE(digits.has_value()) << digits.error().message;
  EXPECT_EQ(digits->find("epoch 3 acc: 0.75, acc: 1"), 0.75);
  EXPECT_FALSE(digits->find("loss 0.75").has_value());
  EXPECT_EQ(digits->find(std::string_view("acc \0 5", 7)), 5.0) << "zero bytes are bytes";
  EXPECT_TRUE(std::isnan(*MetricPattern::make("loss=(.*)")->find("loss=nan")));
  EXPECT_TRUE(std::isnan(*MetricPattern::make("(a)|b")->find("b")));
}

TEST(LineCutter, CutsAtEndsAndAtTheLimit) {
  std::vector<string> lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  LineCutter cutter(4);
  for (const char* piece : {"a", "b\r\n\n", "cd", "efgh", "i\nj\rk"}) cutter.add(piece, take);
  cutter.finish(take);
  EXPECT_EQ(lines, (std::vector<string>{"ab", "cdefg", "j", "k"})) << "a cut one is one byte longer";
}

TEST(ProgramLog, KeepsBeginningAndEnd) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "log";
  for (const std::size_t piece : {1u, 3u, 7u, 1000u}) {
    string all;
    for (int i = 0; i < 200; ++i) all += static_cast<char>('a' + i % 26);
    {
      ProgramLog log(file, 10);
      for (std::size_t at = 0; at < all.size(); at += piece) log.add(std::string_view(all).substr(at, piece));
      log.add_line("!");
    }
    const string text = *read_file(file);
    const string end = all.substr(all.size() - 7) + "\n!\n";
    EXPECT_EQ(text, all.substr(0, 10) + "\n[... hone left out 183 B here ...]\n" + end) << piece;
    std::filesystem::remove(file);
  }
  { ProgramLog(file, 10).add("short\n"); }
  { ProgramLog(file, 10).add_line("twelve bytes"); }
  EXPECT_EQ(*read_file(file), "short\ntwelve bytes\n");
  ProgramLog("", 10).add("nowhere");
}

}  // namespace
}  // namespace hone
