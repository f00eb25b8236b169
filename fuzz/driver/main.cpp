// Runs a fuzzer without libFuzzer, for the daily tests: every seed, then COUNT mutations of them, the same every time.
// Usage: fuzz_NAME SEEDS_DIR COUNT INPUT_FILE. Before each call the input is written to INPUT_FILE, so that after a
// crash it is the one that caused it; libFuzzer's build of the same fuzzer takes it as an argument.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/rng.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> read_seeds(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());

  std::vector<std::string> seeds = {""};
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

std::size_t place_in(const std::string& text, hone::Rng& rng) {
  return rng.below(static_cast<std::uint32_t>(text.size()) + 1);
}

/// A few edits: a byte changed, put in or taken out; a stretch taken out, doubled, or brought in from another seed.
std::string mutate(std::string text, const std::vector<std::string>& seeds, hone::Rng& rng) {
  const auto byte = [&] { return static_cast<char>(rng.below(2) ? rng.below(256) : 32 + rng.below(95)); };
  for (std::uint32_t edits = 1 + rng.below(6); edits > 0; --edits) {
    const std::size_t at = place_in(text, rng);
    const std::size_t length = rng.below(24);
    switch (rng.below(6)) {
      case 0:
        if (at < text.size()) text[at] = byte();
        break;
      case 1:
        text.insert(at, 1, byte());
        break;
      case 2:
        text.erase(at, 1);
        break;
      case 3:
        text.erase(at, length);
        break;
      case 4:
        text.insert(place_in(text, rng), text.substr(at, length));
        break;
      default: {
        const std::string& other = seeds[rng.below(static_cast<std::uint32_t>(seeds.size()))];
        text.insert(at, other.substr(place_in(other, rng), length));
      }
    }
  }
  return text;
}

void run(const std::string& input, const char* input_file) {
  std::ofstream(input_file, std::ios::binary) << input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s SEEDS_DIR COUNT INPUT_FILE\n", argv[0]);
    return 2;
  }
  const auto seeds = read_seeds(argv[1]);
  const auto count = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  std::printf("input that is being run: %s\n", argv[3]);
  for (const std::string& seed : seeds) run(seed, argv[3]);
  for (std::uint32_t i = 0; i < count; ++i) {
    hone::Rng rng(0, hone::RngPurpose::simulation, i);
    run(mutate(seeds[i % seeds.size()], seeds, rng), argv[3]);
  }
  return 0;
}
