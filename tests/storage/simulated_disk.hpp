// A disk behind SQLite's file layer that can lose its power, tear writes, run full and count syncs.
//
// A write reaches the platter when its file is synced. After a power cut each write since then is kept, lost or torn at
// a sector, each by a draw of the seed. Files that were created or deleted since the last sync of any file may be
// there or not. Limits: connections must take turns, since every lock is granted, and only the
// last one to close may tidy up; nothing decays that was synced.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.hpp"

namespace hone {

class SimulatedDisk {
 public:
  explicit SimulatedDisk(std::uint32_t seed);
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;
  ~SimulatedDisk();

  /// The name under which SQLite knows this disk.
  const char* vfs() const { return name_.c_str(); }
  /// Operations that change the disk, so far: write, truncate, sync, create, delete.
  std::int64_t operations() const { return operations_; }
  std::int64_t syncs() const { return syncs_; }

  /// From operation number `operation` on (1 is the first ever) nothing works any more.
  void cut_power_at(std::int64_t operation) { power_cut_at_ = operation; }
  bool has_power() const { return power_; }
  /// Power is back: what was on the platter is what there is. Connections from before must be closed.
  void restart();

  /// Operation number `operation` fails with `code`, and so do those after it while `lasting`.
  void fail_at(std::int64_t operation, int code, bool lasting);
  void stop_failing() { fail_at_ = -1; }
  /// The next sync fails, and what it was for is never written: later syncs of that file succeed without it, as on
  /// Linux.
  void fail_next_sync_and_forget() { forgets_at_next_sync_ = true; }

  /// A disk that answers a sync at once and does nothing: what `synchronous=OFF` amounts to.
  void ignore_syncs() { ignores_syncs_ = true; }

 private:
  struct Write {
    std::int64_t at = 0;
    std::string data;
    bool truncates = false;
  };
  struct File {
    std::string now, platter;
    std::vector<Write> unsynced;
    bool exists = true, exists_on_platter = false;
    std::vector<std::unique_ptr<char[]>> shared_memory;
    int mapped_by = 0;  // handles
  };
  struct Handle;   // what SQLite holds
  struct Methods;  // the functions that SQLite calls

  /// Counts an operation; SQLITE_OK if it may go on, else `power_error` or the planted failure.
  int step(int power_error);
  static void apply(std::string& content, const Write& write, std::size_t length);
  void sync(File& file);

  std::string name_;
  sqlite3_vfs vfs_{};
  Rng rng_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::int64_t operations_ = 0, syncs_ = 0, power_cut_at_ = -1, fail_at_ = -1;
  int fail_code_ = SQLITE_OK;
  bool fails_on_ = false, power_ = true, ignores_syncs_ = false, forgets_at_next_sync_ = false;
  std::int64_t clock_ms_ = 212'000'000'000'000;  // Julian day number times 86,400,000
};

}  // namespace hone
