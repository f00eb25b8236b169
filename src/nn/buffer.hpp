/// A block of floats at a cache line's boundary, zero at the start.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/check.hpp"

namespace hone {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    const std::size_t bytes = (size * sizeof(float) + 63) / 64 * 64;
    data_.reset(static_cast<float*>(std::aligned_alloc(64, bytes)));
    HONE_CHECK(data_ != nullptr, "out of memory: the estimate was within the limit, the machine was not");
    std::memset(data_.get(), 0, bytes);
  }
  /// Floats that another buffer owns, which must outlive this one.
  static Buffer part_of(float* data, std::size_t size) {
    Buffer part;
    if (size > 0) part.data_ = std::unique_ptr<float, Free>(data, Free(false));
    part.size_ = size;
    return part;
  }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(float); }

 private:
  struct Free {
    Free() : owned(true) {}
    explicit Free(bool is_owned) : owned(is_owned) {}
    void operator()(float* p) const {
      if (owned) std::free(p);
    }
    bool owned;
  };
  std::unique_ptr<float, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace hone
