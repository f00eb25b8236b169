// How fast tables of numbers are read, in MB/s of one core (processor time, the fastest of some rounds): split into
// doubles, split alone, and loaded whole (read, decided about, split into parts, encoded for search and final
// training). Usage: csv_bench [MEGABYTES [ROUNDS]]   (default: 200 MB of each kind, 3 rounds; the files lie in $TMPDIR
// or /var/tmp) or csv_bench FILE: that file of numbers, split into doubles and split alone.
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
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

int measure(const std::string& name, const std::string& path, std::size_t rounds, bool load) {
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
  if (load) {
    DataOptions options;
    options.path = path;
    options.target = "c0";
    options.task = Task::regression;
    const double seconds = fastest(1, [&] {
      const auto data = load_dataset(options);
      sum += data ? static_cast<double>((*data)->final_data().train.features.rows) : std::nan("");
    });
    fmt::print(", load {:.0f} MB/s", megabytes / seconds);
  }
  fmt::print(" ({:.3g})\n", sum);
  return std::isnan(sum);
}

}  // namespace

int main(int count, char** words) {
  const auto size = count > 1 ? parse_number(words[1]) : 200.0;
  const auto rounds = static_cast<std::size_t>(count > 2 ? parse_number(words[2]).value_or(3) : 3);
  if (!size) return measure(words[1], words[1], rounds, false);
  const char* const given = std::getenv("TMPDIR");
  const std::string path = fmt::format("{}/hone-csv-bench-{}.csv", given ? given : "/var/tmp", std::clock());
  int status = 0;
  for (const Kind& kind : kinds()) {
    write(path, kind, static_cast<std::size_t>(*size * 1e6));
    status |= measure(kind.name, path, rounds, true);
  }
  std::filesystem::remove(path);
  return status;
}
