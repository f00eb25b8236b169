// Tables too large for memory: the same data set bit for bit, and how much memory it takes to make it.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>

#include "base/mapping.hpp"
#include "data/dataset.hpp"
#include "data/helpers.hpp"
#include "data/tables.hpp"

extern "C" {
// Of the sanitizers' runtime; null in programs without.
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                              void (*)(const volatile void*)) __attribute__((weak));
std::size_t __sanitizer_get_allocated_size(const volatile void*) __attribute__((weak));
}

namespace hone {
namespace {

/// Small limits, so that small files are treated as large ones are.
DataLimits small_limits() {
  return {.csv = {.kept_bytes = 0, .kept_cells = 20'000, .block_bytes = 1000}, .mapped_file_bytes_min = 1};
}

DataOptions options_of(std::string path, std::string target) {
  DataOptions options;
  options.path = std::move(path);
  options.target = std::move(target);
  return options;
}

template <class T>
bool same_bits(const LargeVector<T>& a, const LargeVector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

void expect_same(const EncodedPart& a, const EncodedPart& b) {
  EXPECT_EQ(a.features.rows, b.features.rows);
  EXPECT_EQ(a.features.dense_width, b.features.dense_width);
  EXPECT_TRUE(same_bits(a.features.dense, b.features.dense));
  EXPECT_TRUE(same_bits(a.features.categories, b.features.categories));
  EXPECT_EQ(a.targets.labels, b.targets.labels);
  EXPECT_EQ(a.targets.values, b.targets.values);
}

/// Loads with usual and with small limits; both say and hold the same.
void expect_streamed_alike(DataOptions options) {
  const auto kept = load_dataset(options);
  options.limits = small_limits();
  const auto streamed = load_dataset(options);
  ASSERT_EQ(kept.has_value(), streamed.has_value());
  if (!kept) {
    EXPECT_EQ(kept.error().message, streamed.error().message);
    return;
  }
  const Dataset &a = **kept, &b = **streamed;
  EXPECT_EQ(a.notes(), b.notes());
  EXPECT_EQ(a.content_hash(), b.content_hash());
  ASSERT_EQ(a.columns().size(), b.columns().size());
  for (std::size_t c = 0; c < a.columns().size(); ++c) {
    EXPECT_EQ(a.columns()[c].role, b.columns()[c].role);
    EXPECT_EQ(a.columns()[c].reason, b.columns()[c].reason);
    EXPECT_EQ(a.columns()[c].distinct, b.columns()[c].distinct);
    EXPECT_EQ(a.columns()[c].missing, b.columns()[c].missing);
  }
  expect_same(a.train(), b.train());
  expect_same(a.validation(), b.validation());
  expect_same(a.final_data().train, b.final_data().train);
  expect_same(a.final_data().test, b.final_data().test);
  EXPECT_EQ(a.final_data().encoder->to_json(), b.final_data().encoder->to_json());
}

TEST(StreamedTable, EveryKindOfColumn) {
  const test::Folder folder;
  const std::string path = folder.write("t.csv", test::mixed_csv(700));
  DataOptions options = options_of(path, "y");
  expect_streamed_alike(options);
  options.split_by = "many";
  expect_streamed_alike(options);
  options.split_by = "";
  options.time_column = "when";
  expect_streamed_alike(options);
  options.time_column = "";
  options.target = "number";
  expect_streamed_alike(options);
  options.target = "sort";
  options.columns = {{"note", "keep"}, {"id", "keep"}, {"many", "drop"}};
  expect_streamed_alike(options);
}

TEST(StreamedTable, QuotesLatin1AndASealedFile) {
  const test::Folder folder;
  const auto line = [](std::uint32_t row, Rng& rng) {
    const std::string level = row % 3 ? "\"a \"\"big\"\" one, or\nso\"" : "caf\xE9";
    return level + "," + (row % 7 ? std::to_string(rng.uniform() * 50) : "") + "," + (rng.below(2) ? "yes" : "no");
  };
  DataOptions options = options_of(folder.write("train.csv", test::csv("level,x,y", 300, line)), "y");
  options.test = folder.write("test.csv", test::csv("level,x,y", 120, line));
  expect_streamed_alike(options);
}

TEST(StreamedTable, ErrorsNameTheSameLines) {
  const test::Folder folder;
  std::string text = test::mixed_csv(400);
  DataOptions options = options_of(folder.write("ragged.csv", text + "1,2,3\n"), "y");
  expect_streamed_alike(options);
  const auto number = [](std::uint32_t row, Rng& rng) {
    return (row == 333 ? "oops" : std::to_string(rng.uniform())) + "," + std::to_string(rng.below(2));
  };
  options.path = folder.write("stray.csv", test::csv("x,y", 500, number));
  expect_streamed_alike(options);
  options.path = folder.write("open.csv", text + "\"1,2,3\n");
  expect_streamed_alike(options);
}

TEST(StreamedTable, RowsThatFollowOneAnother) {
  const test::Folder folder;
  const auto wave = [](std::uint32_t row, Rng& rng) {
    return std::to_string(std::sin(row * 0.02) + 0.01 * rng.uniform()) + ",k" + std::to_string(row / 100) + "," +
           std::to_string(rng.uniform());
  };
  DataOptions options = options_of(folder.write("wave.csv", test::csv("y,k,x", 900, wave)), "y");
  expect_streamed_alike(options);
  options.target = "x";
  expect_streamed_alike(options);
}

std::atomic<std::ptrdiff_t> heap_now{0}, heap_peak{0};

void count_allocation(const volatile void*, std::size_t bytes) {
  const auto now = heap_now += static_cast<std::ptrdiff_t>(bytes);
  for (auto peak = heap_peak.load(); now > peak && !heap_peak.compare_exchange_weak(peak, now);) {
  }
}

void count_release(const volatile void* memory) {
  if (memory) heap_now -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(memory));
}

/// The bound of 1 GiB for 10 GB, a thousand times smaller in every part: arrays of 1 MiB in memory, blocks of 64 KB,
/// a file of 10 MB whose cells would take 9 MB and its encodings 9 MB more.
TEST(StreamedTable, MemoryIsBounded) {
  if (!__sanitizer_install_malloc_and_free_hooks) GTEST_SKIP() << "only the sanitizers count what is allocated";
  static const int hooked = __sanitizer_install_malloc_and_free_hooks(count_allocation, count_release);
  ASSERT_NE(hooked, 0);
  const test::Folder folder;
  DataOptions options = options_of("", "c0");
  options.task = Task::regression;
  {
    std::string header = "c0";
    for (int c = 1; c < 100; ++c) header += ",c" + std::to_string(c);
    options.path = folder.write("wide.csv", test::csv(header, 11'000, [](std::uint32_t, Rng& rng) {
                                  std::string line;
                                  for (int c = 0; c < 100; ++c)
                                    line += (c ? "," : "") + std::to_string(rng.uniform() * 100).substr(0, 8);
                                  return line;
                                }));
  }
  options.limits = {.csv = {.kept_bytes = 0, .kept_cells = 1'000'000, .block_bytes = 64 << 10},
                    .mapped_file_bytes_min = 1};
  set_array_memory_bytes(1 << 20);
  const std::ptrdiff_t before = heap_now;
  heap_peak = before;
  const auto streamed = load_dataset(options);
  ASSERT_TRUE(streamed);
  (*streamed)->final_data();
  const std::ptrdiff_t taken = heap_peak - before;
  EXPECT_GT(spilled_bytes(), 6'000'000u);
  set_array_memory_bytes(array_memory_bytes_default);
  EXPECT_LT(taken, 6 << 20);

  options.limits = {};
  const auto kept = load_dataset(options);
  ASSERT_TRUE(kept);
  expect_same((*kept)->train(), (*streamed)->train());
  expect_same((*kept)->final_data().test, (*streamed)->final_data().test);
}

}  // namespace
}  // namespace hone
