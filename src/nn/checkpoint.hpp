/// The bytes of a training run: written whole, read back only if every bit is as written.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hone {

/// A piece of memory that belongs to the state, written and read as it stands.
struct StatePart {
  void* data;
  std::size_t bytes;
};

/// magic, version, `identity`, size of each part, the parts, XXH3 of all before.
std::string encode_state(std::uint64_t identity, std::span<const StatePart> parts);
/// Fills the parts, or changes nothing. Errors: `corrupt` for other content, truncation, any flipped bit;
/// another `identity` means that the checkpoint is of another network, other options or other data.
Result<void> decode_state(std::string_view content, std::uint64_t identity, std::span<const StatePart> parts);

}  // namespace hone
