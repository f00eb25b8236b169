/// An immutable-when-shared array behind one pointer: what is kept a million times and copied from hand to hand.
#pragma once
#include <algorithm>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace hone {

/// 8 bytes, and one allocation of 8 bytes and the elements if there are any. Copies share it (O(1), thread safe as
/// shared_ptr's); `push_back` makes its own first. Elements are read-only: assign a new vector instead.
template <class T>
class SharedVector {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);

 public:
  using value_type = T;
  using const_iterator = const T*;
  using const_reverse_iterator = std::reverse_iterator<const T*>;

  SharedVector() = default;
  explicit SharedVector(std::span<const T> elements) : block_(make(elements, elements.size())) {}
  SharedVector(const std::vector<T>& elements) : SharedVector(std::span<const T>(elements)) {}
  SharedVector(std::initializer_list<T> elements)
      : SharedVector(std::span<const T>(elements.begin(), elements.end())) {}
  SharedVector(const SharedVector& other) : block_(other.block_) {
    if (block_) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedVector(SharedVector&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedVector& operator=(SharedVector other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedVector() {
    if (block_ && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) ::operator delete(block_);
  }

  std::size_t size() const { return block_ ? block_->size : 0; }
  bool empty() const { return block_ == nullptr; }
  const T* data() const { return block_ ? elements(block_) : nullptr; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const_reverse_iterator rbegin() const { return const_reverse_iterator(end()); }
  const_reverse_iterator rend() const { return const_reverse_iterator(begin()); }
  const T& operator[](std::size_t i) const { return data()[i]; }
  const T& front() const { return data()[0]; }
  const T& back() const { return data()[size() - 1]; }
  explicit operator std::vector<T>() const { return std::vector<T>(begin(), end()); }

  /// O(size): a copy with one more.
  void push_back(const T& element) {
    SharedVector longer;
    longer.block_ = make(*this, size() + 1);
    std::uninitialized_copy_n(&element, 1, elements(longer.block_) + size());
    std::swap(block_, longer.block_);
  }

  friend bool operator==(const SharedVector& a, const SharedVector& b) {
    return a.block_ == b.block_ || std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  friend auto operator<=>(const SharedVector& a, const SharedVector& b) {
    return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
  }
  friend bool operator==(const SharedVector& a, const std::vector<T>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  struct Block {
    std::atomic<std::uint32_t> references;
    std::uint32_t size;
  };
  static T* elements(Block* block) { return reinterpret_cast<T*>(block + 1); }

  /// Room for `size` elements, of which the first are copied; null for none.
  static Block* make(std::span<const T> first, std::size_t size) {
    if (size == 0) return nullptr;
    auto* block = new (::operator new(sizeof(Block) + size * sizeof(T))) Block{{1}, static_cast<std::uint32_t>(size)};
    std::uninitialized_copy(first.begin(), first.end(), elements(block));
    return block;
  }

  Block* block_ = nullptr;
};

}  // namespace hone
