#include "storage/simulated_disk.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

namespace hone {

struct SimulatedDisk::Handle {
  sqlite3_file base;  // first: SQLite sees only this
  SimulatedDisk* disk;
  std::shared_ptr<File> file;
  bool maps_memory;
};

struct SimulatedDisk::Methods {
  static Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static SimulatedDisk& disk(sqlite3_vfs* vfs) { return *static_cast<SimulatedDisk*>(vfs->pAppData); }

  static int close(sqlite3_file* file) {
    std::destroy_at(&handle(file).file);
    return SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* into, int length, sqlite3_int64 at) {
    if (!handle(file).disk->power_) return SQLITE_IOERR_READ;
    const std::string& content = handle(file).file->now;
    const auto wanted = static_cast<std::size_t>(length);
    const std::size_t start = std::min(static_cast<std::size_t>(at), content.size());
    const std::size_t there = std::min(wanted, content.size() - start);
    std::memcpy(into, content.data() + start, there);
    std::memset(static_cast<char*>(into) + there, 0, wanted - there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* file, const void* from, int length, sqlite3_int64 at) {
    if (const int code = handle(file).disk->step(SQLITE_IOERR_WRITE)) return code;
    return change(file, {at, std::string(static_cast<const char*>(from), static_cast<std::size_t>(length)), false});
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int code = handle(file).disk->step(SQLITE_IOERR_TRUNCATE)) return code;
    return change(file, {size, {}, true});
  }
  static int change(sqlite3_file* to, Write write) {
    File& file = *handle(to).file;
    apply(file.now, write, write.data.size());
    file.unsynced.push_back(std::move(write));
    return SQLITE_OK;
  }
  static int sync(sqlite3_file* file, int) {
    SimulatedDisk& disk = *handle(file).disk;
    if (const int code = disk.step(SQLITE_IOERR_FSYNC)) return code;
    ++disk.syncs_;
    if (std::exchange(disk.forgets_at_next_sync_, false)) {
      handle(file).file->unsynced.clear();
      return SQLITE_IOERR_FSYNC;
    }
    if (!disk.ignores_syncs_) disk.sync(*handle(file).file);
    return SQLITE_OK;
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    if (!handle(file).disk->power_) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(handle(file).file->now.size());
    return SQLITE_OK;
  }
  // Connections take turns, so every lock is free.
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int is_locked(sqlite3_file*, int* locked) {
    *locked = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return sector_bytes; }
  static int characteristics(sqlite3_file*) { return 0; }
  static int map_shared(sqlite3_file* file, int region, int bytes, int extend, void volatile** memory) {
    if (!std::exchange(handle(file).maps_memory, true)) ++handle(file).file->mapped_by;
    auto& regions = handle(file).file->shared_memory;
    const auto index = static_cast<std::size_t>(region);
    *memory = nullptr;
    if (index >= regions.size() && !extend) return SQLITE_OK;
    while (regions.size() <= index) regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
    *memory = regions[index].get();
    return SQLITE_OK;
  }
  static int lock_shared(sqlite3_file*, int, int, int) { return SQLITE_OK; }
  static void barrier(sqlite3_file*) {}  // a history is played in one thread
  static int unmap_shared(sqlite3_file* file, int) {
    File& mapped = *handle(file).file;
    if (std::exchange(handle(file).maps_memory, false) && --mapped.mapped_by == 0) mapped.shared_memory.clear();
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* into, int flags, int* flags_out) {
    SimulatedDisk& disk = Methods::disk(vfs);
    into->pMethods = nullptr;
    if (!disk.power_) return SQLITE_CANTOPEN;
    const std::string name = path ? path : "temporary-" + std::to_string(disk.operations_);
    std::shared_ptr<File>& file = disk.files_[name];
    if (!file || !file->exists) {
      if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
      if (const int code = disk.step(SQLITE_CANTOPEN)) return code;
      const bool on_platter = file && file->exists_on_platter;
      file = std::make_shared<File>();
      file->exists_on_platter = on_platter;
    }
    handle(into).disk = &disk;
    handle(into).maps_memory = false;
    std::construct_at(&handle(into).file, file);
    into->pMethods = &io;
    if (flags_out) *flags_out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    SimulatedDisk& disk = Methods::disk(vfs);
    if (const int code = disk.step(SQLITE_IOERR_DELETE)) return code;
    const auto found = disk.files_.find(path);
    if (found == disk.files_.end() || !found->second || !found->second->exists) return SQLITE_IOERR_DELETE_NOENT;
    found->second->exists = false;
    if (sync_folder && !disk.ignores_syncs_) found->second->exists_on_platter = false;
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* path, int, int* there) {
    SimulatedDisk& disk = Methods::disk(vfs);
    if (!disk.power_) return SQLITE_IOERR_ACCESS;
    const auto found = disk.files_.find(path);
    *there = found != disk.files_.end() && found->second && found->second->exists;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int length, char* full) {
    sqlite3_snprintf(length, full, "%s", path);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* vfs, int length, char* into) {
    for (int i = 0; i < length; ++i) into[i] = static_cast<char>(disk(vfs).rng_.next());
    return length;
  }
  static int sleep(sqlite3_vfs* vfs, int microseconds) {
    disk(vfs).clock_ms_ += microseconds / 1000 + 1;
    return microseconds;
  }
  static int time_days(sqlite3_vfs* vfs, double* days) {
    *days = static_cast<double>(disk(vfs).clock_ms_) / 86'400'000.0;
    return SQLITE_OK;
  }
  static int time_ms(sqlite3_vfs* vfs, sqlite3_int64* ms) {
    *ms = disk(vfs).clock_ms_;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  static constexpr int sector_bytes = 512;
  static const sqlite3_io_methods io;
};

const sqlite3_io_methods SimulatedDisk::Methods::io = {
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = size,
    .xLock = lock,
    .xUnlock = lock,
    .xCheckReservedLock = is_locked,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = barrier,
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

SimulatedDisk::SimulatedDisk(std::uint32_t seed) : rng_(seed, RngPurpose::simulation, 0) {
  static std::atomic<int> count = 0;
  name_ = "simulated-disk-" + std::to_string(++count);
  vfs_.iVersion = 2;
  vfs_.szOsFile = sizeof(Handle);
  vfs_.mxPathname = 256;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Methods::open;
  vfs_.xDelete = Methods::remove;
  vfs_.xAccess = Methods::access;
  vfs_.xFullPathname = Methods::full_path;
  vfs_.xRandomness = Methods::randomness;
  vfs_.xSleep = Methods::sleep;
  vfs_.xCurrentTime = Methods::time_days;
  vfs_.xGetLastError = Methods::last_error;
  vfs_.xCurrentTimeInt64 = Methods::time_ms;
  sqlite3_vfs_register(&vfs_, 0);
}

SimulatedDisk::~SimulatedDisk() {
  sqlite3_vfs_unregister(&vfs_);
}

void SimulatedDisk::fail_at(std::int64_t operation, int code, bool lasting) {
  fail_at_ = operation;
  fail_code_ = code;
  fails_on_ = lasting;
}

int SimulatedDisk::step(int power_error) {
  if (!power_) return power_error;
  ++operations_;
  if (operations_ == power_cut_at_) power_ = false;
  if (!power_) return power_error;
  if (fail_at_ >= 0 && (fails_on_ ? operations_ >= fail_at_ : operations_ == fail_at_)) return fail_code_;
  return SQLITE_OK;
}

void SimulatedDisk::apply(std::string& content, const Write& write, std::size_t length) {
  const auto at = static_cast<std::size_t>(write.at);
  if (write.truncates) {
    content.resize(at);
    return;
  }
  if (content.size() < at + length) content.resize(at + length, '\0');
  std::memcpy(content.data() + at, write.data.data(), length);
}

void SimulatedDisk::sync(File& file) {
  for (const Write& write : file.unsynced) apply(file.platter, write, write.data.size());
  file.unsynced.clear();
  // Journalling file systems write changes of folders in order: a sync carries the earlier ones with it.
  for (auto& [name, other] : files_)
    if (other) other->exists_on_platter = other->exists;
}

void SimulatedDisk::restart() {
  for (auto& [name, file] : files_) {
    if (!file) continue;
    std::string content = file->platter;
    for (const Write& write : file->unsynced) {
      const std::uint32_t fate = rng_.below(3);
      if (fate == 0) continue;  // lost
      const std::size_t sectors = write.data.size() / Methods::sector_bytes;
      const std::size_t torn =
          sectors == 0 ? 0 : rng_.below(static_cast<std::uint32_t>(sectors)) * Methods::sector_bytes;
      apply(content, write, fate == 1 ? write.data.size() : torn);
    }
    const bool there = file->exists == file->exists_on_platter ? file->exists : rng_.below(2) == 1;
    if (!there) {
      file.reset();
      continue;
    }
    file = std::make_shared<File>();
    file->now = file->platter = std::move(content);
    file->exists_on_platter = true;
  }
  power_ = true;
  power_cut_at_ = -1;
}

}  // namespace hone
