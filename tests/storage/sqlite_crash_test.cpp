// SQLite on a simulated disk: power cuts and failing operations at every single operation of a history.
//
// A history is first played without faults and every moment of the study is noted. Afterwards a power cut may only take
// the study back to one of those moments, and not before the last durable verb; a failed operation may only leave the
// moment before the verb that failed. Canaries: a disk that lies about syncs, and a tell in two transactions.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>

#include "base/text.hpp"
#include "simulation_seeds.hpp"
#include "storage/forwarding_store.hpp"
#include "storage/simulated_disk.hpp"
#include "storage/sqlite_store.hpp"
#include "storage/store_kit.hpp"

namespace hone {
namespace {

constexpr int verbs_per_history = 24;
const std::string file = "study.db";

using Opener = std::function<Result<std::unique_ptr<Store>>(const SimulatedDisk&)>;

Result<std::unique_ptr<Store>> open_sqlite(const SimulatedDisk& disk) {
  // A small log, so that short histories move it into the file several times.
  HONE_TRY(std::unique_ptr<Store> store,
           SqliteStore::open({.path = file, .create = true, .busy_seconds = 0.01, .log_pages = 20, .vfs = disk.vfs()}));
  return store;
}

/// A raw connection beside the store, for what the store does not offer.
class Sql {
 public:
  explicit Sql(const SimulatedDisk& disk) {
    (void)database_.open(file, false, 0, disk.vfs());
    sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);  // the store is still open
  }
  std::string text(const char* sql) {
    SqliteStatement statement(database_, sql);
    SqliteRows rows = statement.query();
    const auto found = rows.next();
    return !found ? found.error().message : *found ? std::string(rows.text(0)) : "";
  }
  bool run(const std::string& sql) { return database_.run(sql.c_str()).has_value(); }

 private:
  SqliteDatabase database_;
};

/// What a fault-free history looks like, moment by moment.
struct Moments {
  std::map<Revision, std::string> texts;  // by revision; the attribute may differ within one
  std::vector<Verb> verbs;
  std::int64_t operations = 0;
};

/// The study without its attribute, which has no revision.
std::string text_at(Store& store, StudyId study) {
  const std::string text = text_of_study(store, study);
  return text.substr(0, text.find(" attribute")) + text.substr(std::min(text.find('\n'), text.size()));
}

Revision revision_of(Store& store, StudyId study) {
  const auto changes = store.changed_since(study, 0);
  return changes ? changes->revision : -1;
}

Moments play_without_faults(std::uint32_t seed) {
  SimulatedDisk disk(seed);
  Moments moments;
  const auto store = open_sqlite(disk);
  EXPECT_TRUE(store) << store.error().message;
  const auto study = (*store)->create_study(study_record("study"));
  EXPECT_TRUE(study) << study.error().message;
  Player player(**store, study->id);
  RandomVerbs random(seed);
  moments.texts[0] = text_at(**store, study->id);
  for (int i = 0; i < verbs_per_history; ++i) {
    moments.verbs.push_back(random.next(player.claims()));
    player.play(moments.verbs.back());
    moments.texts[revision_of(**store, study->id)] = text_at(**store, study->id);
  }
  moments.operations = disk.operations();
  return moments;
}

bool is_error(const std::string& answer) {
  return answer.starts_with("error");
}
bool is_unavailable(const std::string& answer) {
  return answer.starts_with(fmt::format("error {}:", static_cast<int>(Error::Kind::unavailable)));
}

/// Plays the history until the power goes at `operation`, then looks at what is left. The complaint, or nothing.
std::optional<std::string> after_power_cut(const Moments& moments, std::uint32_t seed, std::int64_t operation,
                                           const Opener& open, bool ignore_syncs = false) {
  SimulatedDisk disk(seed);
  if (ignore_syncs) disk.ignore_syncs();
  disk.cut_power_at(operation);
  bool created = false;
  Revision durable = 0;
  std::optional<std::string> attribute;
  if (auto store = open(disk)) {
    if (const auto study = (*store)->create_study(study_record("study"))) {
      created = true;
      Player player(**store, study->id);
      for (const Verb& verb : moments.verbs) {
        const Revision before = revision_of(**store, study->id);
        const std::string answer = player.play(verb);
        if (!disk.has_power()) break;
        if (!verb.is_durable() || is_error(answer)) continue;
        const Revision after = revision_of(**store, study->id);
        if (verb.kind != Verb::Kind::attribute && after == before) continue;  // told again: durable since then
        durable = after;
        if (verb.kind == Verb::Kind::attribute) attribute = (*store)->attribute(study->id, "key")->value_or("");
      }
    }
  }
  disk.restart();
  const auto store = open(disk);
  if (!store) return "cannot be opened: " + store.error().message;
  if (const std::string integrity = Sql(disk).text("PRAGMA integrity_check"); integrity != "ok") return integrity;
  const auto study = (*store)->find_study("study");
  if (!study) return study.error().message;
  if (!*study) return created ? std::optional<std::string>("the study is gone") : std::nullopt;
  const StudyId id = (*study)->id;
  const Revision revision = revision_of(**store, id);
  if (revision < durable) return fmt::format("acknowledged revision {} is gone, there is {}", durable, revision);
  if (attribute && !(*store)->attribute(id, "key")->has_value()) return "an acknowledged attribute is gone";
  const auto moment = moments.texts.find(revision);
  const std::string text = text_at(**store, id);
  if (moment == moments.texts.end() || moment->second != text)
    return fmt::format("revision {} was never like this:\n{}", revision, text);
  const auto next = static_cast<std::int64_t>((*store)->changed_since(id, 0)->trials.size());
  const auto claim = (*store)->create_trial(id, new_trial(next), Owner::this_process());
  if (!claim) return "does not go on: " + claim.error().message;
  return std::nullopt;
}

TEST(SqliteCrash, APowerCutAtAnyOperationLosesNothingAcknowledged) {
  for (std::uint32_t seed = 0; seed < 2; ++seed) {
    const Moments moments = play_without_faults(seed);
    ASSERT_GT(moments.operations, 100);
    for (std::int64_t operation = 1; operation <= moments.operations; ++operation)
      if (const auto complaint = after_power_cut(moments, seed, operation, open_sqlite))
        FAIL() << "seed " << seed << " power cut at operation " << operation << ": " << *complaint;
  }
}

TEST(SqliteCrash, APowerCutInAnyHistoryLosesNothingAcknowledged) {
  const std::uint32_t first = 100;
  for (std::uint32_t seed = first; seed < first + simulation_seeds(20); ++seed) {
    const Moments moments = play_without_faults(seed);
    const auto operations = static_cast<std::uint32_t>(moments.operations);
    const std::int64_t operation = 1 + Rng(seed, RngPurpose::simulation, 2).below(operations);
    if (const auto complaint = after_power_cut(moments, seed, operation, open_sqlite))
      FAIL() << "seed " << seed << " power cut at operation " << operation << ": " << *complaint;
  }
}

TEST(SqliteCrashCanary, ATellThatDoesNotWaitForTheDiskIsCaught) {
  const Opener relaxed = [](const SimulatedDisk& disk) -> Result<std::unique_ptr<Store>> {
    HONE_TRY(std::unique_ptr<Store> store,
             SqliteStore::open({.path = file, .create = true, .relaxed = true, .log_pages = 20, .vfs = disk.vfs()}));
    return store;
  };
  const Moments moments = play_without_faults(0);
  int complaints = 0;
  for (std::int64_t operation = 1; operation <= moments.operations; operation += 5) {
    const auto complaint = after_power_cut(moments, 0, operation, relaxed);
    complaints += complaint.has_value();
    EXPECT_TRUE(!complaint || complaint->find("gone") != std::string::npos) << "not whole: " << *complaint;
  }
  EXPECT_GT(complaints, 3);
}

/// A sync that fails may have dropped what it was for, and the next one would not say so: what is acknowledged after it
/// must be there in another way.
TEST(SqliteCrash, ATellAfterAFailedSyncIsDurable) {
  SimulatedDisk disk(5);
  auto store = open_sqlite(disk);
  ASSERT_TRUE(store);
  const StudyId study = (*store)->create_study(study_record("study"))->id;
  const Claim claim = *(*store)->create_trial(study, new_trial(0), Owner::this_process());
  disk.fail_next_sync_and_forget();
  EXPECT_FALSE((*store)->tell(study, claim, complete(1)));
  ASSERT_TRUE((*store)->tell(study, claim, complete(1)));
  disk.cut_power_at(disk.operations() + 1);
  store->reset();
  disk.restart();
  store = open_sqlite(disk);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->changed_since(study, 0)->trials.at(0).state, TrialState::complete);
}

TEST(SqliteCrashCanary, ADiskThatIgnoresSyncsIsCaught) {
  const Moments moments = play_without_faults(0);
  int complaints = 0;
  for (std::int64_t operation = 1; operation <= moments.operations; operation += 5)
    complaints += after_power_cut(moments, 0, operation, open_sqlite, true).has_value();
  EXPECT_GT(complaints, 5);
}

/// Plays the history while operation number `operation` fails; every verb that fails is tried again once the disk is
/// well. The complaint, or nothing.
std::optional<std::string> with_failure(const Moments& moments, std::uint32_t seed, std::int64_t operation, int code,
                                        bool lasting) {
  SimulatedDisk disk(seed);
  disk.fail_at(operation, code, lasting);
  auto store = open_sqlite(disk);
  if (!store) {
    if (store.error().kind != Error::Kind::unavailable) return "opening: " + store.error().message;
    disk.stop_failing();
    store = open_sqlite(disk);
    if (!store) return "opening again: " + store.error().message;
  }
  auto study = (*store)->create_study(study_record("study"));
  if (!study) {
    if (study.error().kind != Error::Kind::unavailable) return "creating: " + study.error().message;
    disk.stop_failing();
    study = (*store)->create_study(study_record("study"));
    if (!study) return "creating again: " + study.error().message;
  }
  Player player(**store, study->id);
  std::string before = text_of_study(**store, study->id);
  for (const Verb& verb : moments.verbs) {
    const std::string answer = player.play(verb);
    if (is_unavailable(answer)) {
      disk.stop_failing();
      const std::string now = text_of_study(**store, study->id);
      const bool told = now != before && verb.kind == Verb::Kind::tell;  // stored, not known to be on the disk
      if (now != before && !told) return fmt::format("{}, but changed\n{}to\n{}", answer, before, now);
      const std::string again = player.play(verb);
      if (is_unavailable(again) || (told && is_error(again))) return "tried again: " + again;
      if (told && text_of_study(**store, study->id) != now) return "told again, and changed: " + again;
    }
    before = text_of_study(**store, study->id);
  }
  disk.stop_failing();
  if (text_at(**store, study->id) != moments.texts.rbegin()->second) return "another end:\n" + before;
  store->reset();
  store = open_sqlite(disk);
  if (!store) return "opening at the end: " + store.error().message;
  if (const std::string now = text_of_study(**store, study->id); now != before) return "another study later:\n" + now;
  if (const std::string integrity = Sql(disk).text("PRAGMA integrity_check"); integrity != "ok") return integrity;
  return std::nullopt;
}

TEST(SqliteCrash, AFailingOperationChangesNothing) {
  const Moments moments = play_without_faults(3);
  struct Fault {
    int code;
    bool lasting;
  };
  for (const Fault fault :
       {Fault{SQLITE_FULL, true}, Fault{SQLITE_IOERR_WRITE, false}, Fault{SQLITE_IOERR_FSYNC, true}})
    for (std::int64_t operation = 1; operation <= moments.operations; ++operation)
      if (const auto complaint = with_failure(moments, 3, operation, fault.code, fault.lasting))
        FAIL() << "code " << fault.code << (fault.lasting ? " from" : " at") << " operation " << operation << ": "
               << *complaint;
}

TEST(SqliteCrash, AFullDiskIsNamed) {
  SimulatedDisk disk(1);
  auto store = open_sqlite(disk);
  ASSERT_TRUE(store);
  disk.fail_at(disk.operations() + 1, SQLITE_FULL, true);
  const auto study = (*store)->create_study(study_record("study"));
  ASSERT_FALSE(study);
  EXPECT_NE(study.error().message.find("disk is full"), std::string::npos) << study.error().message;
}

TEST(SqliteCrash, ATrialCostsOneSync) {
  SimulatedDisk disk(1);
  auto opened = SqliteStore::open({.path = file, .create = true, .vfs = disk.vfs()});
  ASSERT_TRUE(opened);
  Store& store = **opened;
  const StudyId study = store.create_study(study_record("study"))->id;
  const Owner me = Owner::this_process();
  const std::int64_t before = disk.syncs();
  for (std::int64_t number = 0; number < 20; ++number) {
    Claim claim = *store.create_trial(study, new_trial(number), me);
    ASSERT_TRUE(store.report(study, claim, 1, 0.5));
    ASSERT_TRUE(store.pause(study, claim, 1, 1));
    claim = *store.claim_trial(study, number, 9, me);
    ASSERT_TRUE(store.release(study, claim, 1));
    claim = *store.claim_trial(study, number, 9, me);
    ASSERT_TRUE(store.report(study, claim, 2, 0.5));
    EXPECT_EQ(disk.syncs(), before + number);
    ASSERT_TRUE(store.tell(study, claim, complete(1)));
    EXPECT_EQ(disk.syncs(), before + number + 1);
  }
}

}  // namespace
}  // namespace hone
