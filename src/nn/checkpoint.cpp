#include "nn/checkpoint.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/files.hpp"

namespace hone {
namespace {

constexpr std::string_view magic = "honestat";
constexpr std::uint64_t version = 2;
constexpr std::size_t head_bytes = magic.size() + 3 * 8, checksum_bytes = 8;

void put(std::string& out, std::uint64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t get(std::string_view& in) {
  std::uint64_t value = 0;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return value;
}

}  // namespace

void append_state(std::string& out, const TrainState& state) {
  const std::size_t start = out.size();
  out.reserve(start + head_bytes + state.bytes() + checksum_bytes);
  out.append(magic);
  put(out, version);
  put(out, state.identity);
  put(out, state.bytes());
  out.append(reinterpret_cast<const char*>(state.arena.data()), state.bytes());
  put(out, hash64(std::string_view(out).substr(start)));
}

Result<std::string_view> arena_in(std::string_view content, std::uint64_t identity, std::size_t arena_bytes) {
  const auto corrupt = [](std::string why) {
    return fail(Error::Kind::corrupt, "this checkpoint cannot be used: " + why + "; start the trial anew");
  };
  const std::size_t expected = head_bytes + arena_bytes + checksum_bytes;
  if (content.size() < head_bytes + checksum_bytes || !content.starts_with(magic))
    return corrupt(fmt::format("its {} bytes do not begin as a checkpoint does", content.size()));
  std::string_view rest = content.substr(magic.size());
  if (const auto found = get(rest); found != version)
    return corrupt(fmt::format("it has version {}, this program reads version {}", found, version));
  std::string_view tail = content.substr(content.size() - checksum_bytes);
  if (get(tail) != hash64(content.substr(0, content.size() - checksum_bytes)))
    return corrupt(fmt::format("its checksum does not fit its {} bytes (expected {})", content.size(), expected));
  if (get(rest) != identity) return corrupt("it is of another network, other options, other seeds or other data");
  if (get(rest) != arena_bytes || content.size() != expected)
    return corrupt(fmt::format("it has {} bytes where {} are expected", content.size(), expected));
  return rest.substr(0, arena_bytes);
}

}  // namespace hone
