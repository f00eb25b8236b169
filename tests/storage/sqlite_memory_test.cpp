// SQLite short of memory: every allocation of a history fails once. A verb may then only refuse and leave everything as
// it was; tried again it succeeds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

#include "simulation_seeds.hpp"
#include "storage/simulated_disk.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/store_kit.hpp"

namespace hone {
namespace {

constexpr int verbs_per_history = 16;

/// SQLite's own allocator, of which one call fails.
struct Allocator {
  sqlite3_mem_methods real{};
  std::int64_t calls = 0, fails_at = -1;

  bool fails() { return ++calls == fails_at; }
};
Allocator allocator;

void* failing_malloc(int bytes) {
  return allocator.fails() ? nullptr : allocator.real.xMalloc(bytes);
}
void* failing_realloc(void* old, int bytes) {
  return allocator.fails() ? nullptr : allocator.real.xRealloc(old, bytes);
}

class SqliteMemory : public testing::Test {
 protected:
  void SetUp() override {
    sqlite3_shutdown();  // no connection is open between tests
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &allocator.real);
    sqlite3_mem_methods failing = allocator.real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
    allocator.calls = 0;
    allocator.fails_at = -1;
  }
  void TearDown() override {
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_MALLOC, &allocator.real);
  }
};

Result<std::unique_ptr<Store>> open_on(const SimulatedDisk& disk) {
  HONE_TRY(std::unique_ptr<Store> store,
           SqliteStore::open({.path = "study.db", .create = true, .busy_seconds = 0.01, .vfs = disk.vfs()}));
  return store;
}

int retried = 0;  // verbs that were refused for want of memory, and played again

/// Plays the same verbs; whatever was `unavailable` is tried again. The study at the end, or a complaint.
std::string play(std::int64_t fails_at, std::optional<std::string>* complaint) {
  SimulatedDisk disk(7);
  allocator.calls = 0;
  allocator.fails_at = fails_at;
  auto store = open_on(disk);
  if (!store && store.error().kind == Error::Kind::unavailable) store = open_on(disk);
  if (!store) {
    *complaint = "opening: " + store.error().message;
    return "";
  }
  auto study = (*store)->create_study(study_record("study"));
  if (!study && study.error().kind == Error::Kind::unavailable) study = (*store)->create_study(study_record("study"));
  if (!study) {
    *complaint = "creating: " + study.error().message;
    return "";
  }
  Player player(**store, study->id);
  RandomVerbs random(7);
  for (int i = 0; i < verbs_per_history; ++i) {
    const Verb verb = random.next(player.claims());
    const std::string unavailable = fmt::format("error {}:", static_cast<int>(Error::Kind::unavailable));
    std::string answer = player.play(verb);
    if (answer.starts_with(unavailable)) {
      answer = player.play(verb);
      ++retried;
    }
    if (answer.starts_with(unavailable) ||
        answer.starts_with(fmt::format("error {}:", static_cast<int>(Error::Kind::corrupt))))
      *complaint = fmt::format("verb {}: {}", i, answer);
  }
  std::string text = text_of_study(**store, study->id);
  if (text.starts_with("error")) text = text_of_study(**store, study->id);
  return text;
}

TEST_F(SqliteMemory, AnyAllocationMayFail) {
  std::optional<std::string> complaint;
  const std::string expected = play(-1, &complaint);
  ASSERT_FALSE(complaint) << *complaint;
  const std::int64_t calls = allocator.calls;
  ASSERT_GT(calls, 300);
  const std::int64_t stride = std::max<std::int64_t>(1, calls / simulation_seeds(150));
  for (std::int64_t at = 1; at <= calls; at += stride) {
    const std::string text = play(at, &complaint);
    if (!complaint && text != expected) complaint = "another end:\n" + text + "instead of\n" + expected;
    if (complaint) FAIL() << "allocation " << at << " of " << calls << ": " << *complaint;
  }
  EXPECT_GT(retried, 10) << "the failures reach the verbs";
}

}  // namespace
}  // namespace hone
