#include "base/mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

namespace hone {
namespace {

constexpr std::size_t counted_bytes_min = 4096;  // whatever the limit is

/// Which arrays count against the limit, and which lie in files.
struct Arrays {
  std::mutex mutex;
  std::size_t memory_max = array_memory_bytes_default;
  std::size_t in_memory = 0, in_files = 0;
  std::size_t counted_min() const { return std::clamp(memory_max / 64, counted_bytes_min, std::size_t{1} << 20); }
  std::map<const void*, bool> in_file;  // large arrays only: few
};

Arrays& arrays() {
  static Arrays* const all = new Arrays;  // outlives whatever static objects free at the end
  return *all;
}

const char* temporary_folder() {
  const char* const given = std::getenv("TMPDIR");
  return given && *given ? given : "/var/tmp";  // not /tmp, which often lies in memory
}

/// An unlinked file with room for `bytes`, or -1.
int temporary_file(std::size_t bytes) {
  std::string name = std::string(temporary_folder()) + "/hone-array-XXXXXX";
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return -1;
  ::unlink(name.c_str());
  // Room is taken now: a disk that fills up later would end the process where it writes to the array.
  if (::posix_fallocate(file, 0, static_cast<off_t>(bytes)) == 0) return file;
  ::close(file);
  return -1;
}

void* map_temporary(std::size_t bytes) {
  const int file = temporary_file(bytes);
  if (file < 0) return nullptr;
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

FileMapping::~FileMapping() {
  if (!text_.empty()) ::munmap(const_cast<char*>(text_.data()), text_.size());
}

std::optional<FileMapping> FileMapping::open(const std::filesystem::path& path, std::size_t bytes_min) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  struct stat info {};
  const bool fits = ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
                    static_cast<std::size_t>(info.st_size) >= bytes_min;
  const auto size = static_cast<std::size_t>(fits ? info.st_size : 0);
  void* const memory = fits ? ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
  ::close(file);
  if (memory == MAP_FAILED) return std::nullopt;
  ::madvise(memory, size, MADV_SEQUENTIAL);
  return FileMapping({static_cast<const char*>(memory), size});
}

void set_array_memory_bytes(std::size_t bytes) {
  const std::lock_guard lock(arrays().mutex);
  arrays().memory_max = bytes;
}

std::size_t spilled_bytes() {
  const std::lock_guard lock(arrays().mutex);
  return arrays().in_files;
}

bool can_spill(double bytes) {
  const std::lock_guard lock(arrays().mutex);
  if (static_cast<double>(arrays().in_memory) + bytes <= static_cast<double>(arrays().memory_max)) return true;
  struct statvfs info {};
  if (::statvfs(temporary_folder(), &info) != 0) return false;
  return bytes <= static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize);
}

namespace mapping_detail {

void* allocate_array(std::size_t bytes) noexcept {
  if (bytes < counted_bytes_min) return std::malloc(bytes);
  Arrays& all = arrays();
  const std::lock_guard lock(all.mutex);
  if (bytes < all.counted_min()) return std::malloc(bytes);
  void* memory = nullptr;
  bool in_file = false;
  if (all.in_memory + bytes > all.memory_max) {
    memory = map_temporary(bytes);
    in_file = memory != nullptr;
  }
  if (!memory) memory = std::malloc(bytes);
  if (!memory) return nullptr;
  (in_file ? all.in_files : all.in_memory) += bytes;
  all.in_file[memory] = in_file;
  return memory;
}

void free_array(void* memory, std::size_t bytes) noexcept {
  if (bytes < counted_bytes_min) return std::free(memory);
  Arrays& all = arrays();
  const std::lock_guard lock(all.mutex);
  const auto found = all.in_file.find(memory);
  if (found == all.in_file.end()) return std::free(memory);  // too small to be counted when it was made
  const bool in_file = found->second;
  all.in_file.erase(found);
  (in_file ? all.in_files : all.in_memory) -= bytes;
  if (in_file)
    ::munmap(memory, bytes);
  else
    std::free(memory);
}

}  // namespace mapping_detail
}  // namespace hone
