/// Inputs for a parser behind a checksum: edits of a content that is right, with or without a new checksum.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hone {

/// The first byte of an input: its lowest bit says whether the checksum is made to fit, the next whether the rest is
/// the content itself or a list of edits of a right one.
struct FuzzInput {
  bool sealed = false, edited = false;
  std::string content;
};

/// Edits are [place, two bytes][what, one byte][value, one byte]: replace, insert, erase so many, double so many.
inline std::string edit(std::string content, std::string_view edits) {
  for (; edits.size() >= 4; edits.remove_prefix(4)) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(edits[i]); };
    const std::size_t at = (byte(0) + 256u * byte(1)) % (content.size() + 1);
    const std::size_t count = byte(3);
    switch (byte(2) % 4) {
      case 0:
        if (at < content.size()) content[at] = edits[3];
        break;
      case 1:
        content.insert(at, 1, edits[3]);
        break;
      case 2:
        content.erase(at, count);
        break;
      default:
        content.insert(at, content.substr(at, count));
    }
  }
  return content;
}

inline FuzzInput fuzz_input(const std::uint8_t* data, std::size_t size, const std::string& right) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.empty()) return {};
  const auto mode = static_cast<std::uint8_t>(bytes[0]);
  const bool edits = (mode & 2) != 0;
  return {(mode & 1) != 0, edits, edits ? edit(right, bytes.substr(1)) : std::string(bytes.substr(1))};
}

}  // namespace hone
