/// Memory that the kernel may take back: a file mapped read-only, and large arrays in unlinked temporary files.
#pragma once
#include <cstddef>
#include <filesystem>
#include <limits>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hone {

/// A whole file, mapped read-only; its pages are those of the kernel's cache and are shared by all who map it. The file
/// must not be shortened meanwhile: touching what is gone ends the process.
class FileMapping {
 public:
  FileMapping() = default;
  FileMapping(FileMapping&& other) noexcept : text_(std::exchange(other.text_, {})) {}
  FileMapping& operator=(FileMapping&& other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~FileMapping();
  std::string_view text() const { return text_; }

  /// Nothing if it is no regular file of at least `bytes_min` bytes, cannot be opened, or cannot be mapped: then it is
  /// to be read, which says what is wrong. Tells the kernel that it will be read from front to back.
  static std::optional<FileMapping> open(const std::filesystem::path& path, std::size_t bytes_min);

 private:
  explicit FileMapping(std::string_view text) : text_(text) {}
  std::string_view text_;
};

/// Where arrays of a process live: up to this many bytes of them in its own memory, what comes after that in temporary
/// files (unlinked, in $TMPDIR or else /var/tmp), mapped so that the kernel can write them out. Results do not depend
/// on it. Tests make it small.
constexpr std::size_t array_memory_bytes_default = std::size_t{384} << 20;
void set_array_memory_bytes(std::size_t bytes);
/// Bytes of arrays that lie in temporary files now.
std::size_t spilled_bytes();
/// True if arrays of so many bytes would fit: within the limit above, or in the room on the disk.
bool can_spill(double bytes);

namespace mapping_detail {
/// Memory for an array; a place in a temporary file if the limit is reached, and plain memory all the same where no
/// such file can be had. Null if there is none.
void* allocate_array(std::size_t bytes) noexcept;
void free_array(void* memory, std::size_t bytes) noexcept;
}  // namespace mapping_detail

/// Allocates as said above; arrays of less than 1 MiB (or a 64th of the limit) stay in memory and are not counted.
template <class T>
struct ArrayAllocator {
  using value_type = T;
  ArrayAllocator() = default;
  template <class U>
  ArrayAllocator(const ArrayAllocator<U>&) {}
  T* allocate(std::size_t count) {
    void* memory = nullptr;
    if (count <= std::numeric_limits<std::size_t>::max() / sizeof(T))
      memory = mapping_detail::allocate_array(count * sizeof(T));
    if (!memory) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) { mapping_detail::free_array(memory, count * sizeof(T)); }
  bool operator==(const ArrayAllocator&) const { return true; }
};

/// A vector for what grows with the data: gigabytes of it do not count as memory of the process.
template <class T>
using LargeVector = std::vector<T, ArrayAllocator<T>>;

/// Equal elements, whoever allocated them.
template <class T>
bool operator==(const LargeVector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace hone
