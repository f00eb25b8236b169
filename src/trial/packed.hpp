/// Integers, doubles and texts as bytes one after another, and back. For memory only: the order of bytes is the
/// machine's own.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace hone {

class PackWriter {
 public:
  explicit PackWriter(std::string& bytes) : bytes_(bytes) {}
  /// Seven bits a byte, small ones first.
  void count(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<char>(number | 0x80));
    bytes_.push_back(static_cast<char>(number));
  }
  /// Of either sign; small ones are short.
  void integer(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    count((bits << 1) ^ (number < 0 ? ~std::uint64_t{0} : 0));
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void raw(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void text(std::string_view text) {
    count(text.size());
    bytes_.append(text);
  }

 private:
  std::string& bytes_;
};

/// Reads what a PackWriter wrote, in the same order; nothing is checked.
class PackReader {
 public:
  PackReader(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}
  std::uint64_t count() {
    std::uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      number |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return number;
    }
  }
  std::int64_t integer() {
    const std::uint64_t bits = count();
    return static_cast<std::int64_t>((bits >> 1) ^ (bits & 1 ? ~std::uint64_t{0} : 0));
  }
  template <class T>
  requires std::is_trivially_copyable_v<T> T raw() {
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string text() {
    const std::size_t size = count();
    std::string text(bytes_.substr(at_, size));
    at_ += size;
    return text;
  }

 private:
  std::string_view bytes_;
  std::size_t at_;
};

}  // namespace hone
