/// The bytes of a training run: written whole, read back only if every bit is as written.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "nn/train_state.hpp"

namespace hone {

/// Appends magic, version, identity, size of the arena, the arena, XXH3 of all of it.
void append_state(std::string& out, const TrainState& state);
/// The bytes of the arena within `content`, which must be of this identity and this size. Errors: `corrupt` for other
/// content, truncation, any flipped bit; another `identity` means that the checkpoint is of another network, other
/// options or other data.
Result<std::string_view> arena_in(std::string_view content, std::uint64_t identity, std::size_t arena_bytes);

}  // namespace hone
