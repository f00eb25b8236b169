// How fast tables of numbers are read, in MB/s of one core (processor time, the fastest of some rounds): split into
// doubles, split alone, and loaded whole (read, decided about, split into parts, encoded for search and final
// training). Usage: csv_bench [MEGABYTES [ROUNDS]]   (default: 200 MB of each kind, 3 rounds; the files lie in $TMPDIR
// or /var/tmp) or csv_bench FILE [ROUNDS [TARGET]]: that file of numbers; loaded whole if its target is named, which
// also tells the most memory of its own (RssAnon, looked at 20 times a second) that the process had.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/dataset.hpp"
#include "data/gzip.hpp"

namespace {

using namespace hone;

constexpr std::size_t columns = 20;

struct Kind {
  std::string name;
  std::function<std::string(std::size_t, Rng&)> cell;
};

std::vector<Kind> kinds() {
  const auto integer = [](Rng& rng) { return fmt::format("{}", rng.below(2000)); };
  const auto decimal = [](Rng& rng) { return fmt::format("{:.6f}", rng.uniform() * 200 - 100); };
  const auto full = [](Rng& rng) { return fmt::format("{:.17g}", rng.uniform() * 2 - 1); };
  return {{"integers", [=](std::size_t, Rng& rng) { return integer(rng); }},
          {"6 decimals", [=](std::size_t, Rng& rng) { return decimal(rng); }},
          {"17 digits", [=](std::size_t, Rng& rng) { return full(rng); }},
          {"mixed", [=](std::size_t c, Rng& rng) {
             return c % 3 == 0 ? integer(rng) : c % 3 == 1 ? decimal(rng) : full(rng);
           }}};
}

void write(const std::string& path, const Kind& kind, std::size_t bytes) {
  std::ofstream file(path, std::ios::binary);
  std::string text;
  for (std::size_t c = 0; c < columns; ++c) text += fmt::format("{}c{}", c ? "," : "", c);
  text += '\n';
  Rng rng(3, RngPurpose::simulation, 0);
  for (std::size_t written = 0; written < bytes;) {
    for (std::size_t c = 0; c < columns; ++c) text += kind.cell(c, rng) + (c + 1 < columns ? "," : "\n");
    if (text.size() < (std::size_t{1} << 20)) continue;
    file << text;
    written += text.size();
    text.clear();
  }
  file << text;
}

/// Splits the whole file block by block, and (unless `numbers` is empty) reads every cell into it.
double read_cells(std::string_view text, const std::string& path, std::vector<double>& numbers) {
  CsvSplitter splitter(text, ',', path);
  CsvBlock header, block;
  if (!splitter.read_header(header)) return 0;
  const std::size_t width = header.cell_count;
  double sum = 0;
  while (!splitter.at_end()) {
    if (!splitter.read_block(block, width, CsvLimits{}.block_bytes, std::numeric_limits<std::size_t>::max(),
                             text.size()))
      return std::nan("");
    if (numbers.empty()) {
      sum += static_cast<double>(block.cell_count);
      continue;
    }
    numbers.resize(std::max(numbers.size(), block.cell_count));
    for (std::size_t i = 0; i < block.cell_count; ++i) {
      const std::string_view cell = block.text(block.cells[i]);
      numbers[i] = number_or_nan(cell, block.readable_before(cell));
    }
    sum += numbers[block.cell_count - 1];
  }
  return sum;
}

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double fastest(std::size_t rounds, const std::function<void()>& work) {
  double best = 1e9;
  for (std::size_t i = 0; i < rounds; ++i) {
    const double start = processor_seconds();
    work();
    best = std::min(best, processor_seconds() - start);
  }
  return best;
}

double own_memory_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("RssAnon:")) return 1024 * std::strtod(line.c_str() + 8, nullptr);
  return 0;
}

/// `target`: of the whole load, or "": none.
int measure(const std::string& name, const std::string& path, std::size_t rounds, const std::string& target) {
  const auto content = open_data_file(path, 1);
  if (!content) {
    fmt::print(stderr, "{}\n", content.error().message);
    return 1;
  }
  const double megabytes = static_cast<double>(content->view().size()) / 1e6;
  double sum = 0;
  std::vector<double> none, numbers(1);
  const double doubles = fastest(rounds, [&] { sum = read_cells(content->view(), path, numbers); });
  const double split = fastest(rounds, [&] { read_cells(content->view(), path, none); });
  fmt::print("{}: {:.0f} MB, to doubles {:.0f} MB/s, split alone {:.0f} MB/s", name, megabytes, megabytes / doubles,
             megabytes / split);
  if (!target.empty()) {
    DataOptions options;
    options.path = path;
    options.target = target;
    options.task = Task::regression;
    double most = 0;
    std::jthread watch([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        most = std::max(most, own_memory_bytes());
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    });
    const double seconds = fastest(1, [&] {
      const auto data = load_dataset(options);
      sum += data ? static_cast<double>((*data)->final_data().train.features.rows) : std::nan("");
    });
    watch = {};
    fmt::print(", load {:.0f} MB/s, at most {:.0f} MB of memory", megabytes / seconds, most / 1e6);
  }
  fmt::print(" ({:.3g})\n", sum);
  return std::isnan(sum);
}

}  // namespace

int main(int count, char** words) {
  const auto size = count > 1 ? parse_number(words[1]) : 200.0;
  const auto rounds = static_cast<std::size_t>(count > 2 ? parse_number(words[2]).value_or(3) : 3);
  if (!size) return measure(words[1], words[1], rounds, count > 3 ? words[3] : "");
  const char* const given = std::getenv("TMPDIR");
  const std::string path = fmt::format("{}/hone-csv-bench-{}.csv", given ? given : "/var/tmp", std::clock());
  int status = 0;
  for (const Kind& kind : kinds()) {
    write(path, kind, static_cast<std::size_t>(*size * 1e6));
    status |= measure(kind.name, path, rounds, "c0");
  }
  std::filesystem::remove(path);
  return status;
}
