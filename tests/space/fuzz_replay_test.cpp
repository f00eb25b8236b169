// The fuzzers of this room on mutated seeds with a fixed budget, so that every test run fuzzes a little without clang.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/rng.hpp"

#define LLVMFuzzerTestOneInput fuzz_study_file
#include "../../fuzz/study_file.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzz_expression
#include "../../fuzz/expression.cpp"
#undef LLVMFuzzerTestOneInput

namespace hone {
namespace {

const std::vector<std::string> study_seeds = {
    "format = 1\n[space]\nx = { type = \"float\", low = 1e-5, high = 0.1, log = true, default = 1e-3 }\n"
    "n = { type = \"int\", low = 1, high = 3 }\nu = { type = \"int\", low = 1, high = 9, repeat = \"n\" }\n"
    "[constraints]\nforbid = [\"n >= 2 and x > 0.05\"]\n[[enqueue]]\n\"u.1\" = 3\n",
    "format = 1\n[space]\nc = { type = \"categorical\", choices = [\"a\", 1, 1.0, true, {none = true}] }\n"
    "m = { type = \"float\", low = 0.0, high = 1.0, step = 0.25, when = \"c == 'a'\" }\nb = { type = \"bool\" }\n",
    "format = 1\n[study]\nname = \"s\"\ndirections = [\"maximize\", \"minimize\"]\nmetrics = [\"a\", \"b\"]\nseed = 7\n"
    "[search]\ntime = \"30m\"\ntrials = 3\n[search.tpe]\nn = 24\n[data]\npath = \"a\"\ncolumns = { z = \"drop\" }\n",
    "format = 1\n[run]\ncommand = [\"a\", [\"b\", \"{c}\"]]\nenv = { A = \"b\" }\ntimeout = \"10m\"\nmemory = "
    "\"4G\"\n"};

const std::vector<std::string> expression_seeds = {
    "a >= 4 and b > 0.05",       "not (c == 'x' or d != null)",      "o < 'l' and f == true", "a in [1, 2, -3]",
    "u.2 * (a + 1) / b - 3 > 0", "c == d or not -a < b and u.1 > 2", "d in ['y', true]",      "((a == 1))"};

/// One to eight small changes: bytes flipped, pieces removed, doubled, or taken from another seed.
std::string mutated(const std::vector<std::string>& seeds, Rng& rng) {
  const auto any = [&](std::size_t n) { return static_cast<std::size_t>(rng.below(static_cast<std::uint32_t>(n))); };
  std::string text = seeds[any(seeds.size())];
  for (std::size_t change = 1 + any(8); change > 0; --change) {
    const std::size_t at = any(text.size() + 1), length = any(12);
    const std::string& other = seeds[any(seeds.size())];
    constexpr std::string_view alphabet = "()[]{}=<>!'\",.-+*/\\#\n\t 019eanot\xff\xc3\x00";
    switch (any(5)) {
      case 0:
        text.insert(at, 1, alphabet[any(alphabet.size())]);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3:
        text.insert(at, other.substr(any(other.size()), length));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(rng.below(256));
    }
  }
  return text;
}

void replay(int (*fuzz)(const std::uint8_t*, std::size_t), const std::vector<std::string>& seeds,
            std::uint64_t budget) {
  const auto run = [&](const std::string& text) {
    EXPECT_EQ(fuzz(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
  };
  for (const std::string& seed : seeds) run(seed);
  for (std::uint64_t i = 0; i < budget; ++i) {
    Rng rng(i, RngPurpose::simulation, 30);
    run(mutated(seeds, rng));
  }
}

TEST(FuzzReplay, StudyFile) {
  replay(fuzz_study_file, study_seeds, 5000);
}

TEST(FuzzReplay, Expression) {
  replay(fuzz_expression, expression_seeds, 50'000);
}

}  // namespace
}  // namespace hone
