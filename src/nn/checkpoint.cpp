#include "nn/checkpoint.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/files.hpp"

namespace hone {
namespace {

constexpr std::string_view magic = "honestat";
constexpr std::uint64_t version = 1;

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

std::string encode_state(std::uint64_t identity, std::span<const StatePart> parts) {
  std::size_t size = magic.size() + 8 * (3 + parts.size()) + 8;
  for (const auto& part : parts) size += part.bytes;
  std::string out;
  out.reserve(size);
  out.append(magic);
  put(out, version);
  put(out, identity);
  put(out, parts.size());
  for (const auto& part : parts) put(out, part.bytes);
  for (const auto& part : parts) out.append(static_cast<const char*>(part.data), part.bytes);
  put(out, hash64(out));
  return out;
}

Result<void> decode_state(std::string_view content, std::uint64_t identity, std::span<const StatePart> parts) {
  const auto corrupt = [](std::string why) {
    return fail(Error::Kind::corrupt, "this checkpoint cannot be used: " + why + "; start the trial anew");
  };
  std::size_t expected = magic.size() + 8 * (3 + parts.size()) + 8;
  for (const auto& part : parts) expected += part.bytes;
  if (content.size() < magic.size() + 16 || !content.starts_with(magic))
    return corrupt(fmt::format("its {} bytes do not begin as a checkpoint does", content.size()));
  std::string_view rest = content.substr(magic.size());
  if (const auto found = get(rest); found != version)
    return corrupt(fmt::format("it has version {}, this program reads version {}", found, version));
  std::string_view tail = content.substr(content.size() - 8);
  if (get(tail) != hash64(content.substr(0, content.size() - 8)))
    return corrupt(fmt::format("its checksum does not fit its {} bytes (expected {})", content.size(), expected));
  if (rest.size() < 8 || get(rest) != identity)
    return corrupt("it is of another network, other options, other seeds or other data");
  if (content.size() != expected || get(rest) != parts.size())
    return corrupt(fmt::format("it has {} bytes where {} are expected", content.size(), expected));
  for (const auto& part : parts)
    if (get(rest) != part.bytes) return corrupt("one of its parts has another size");
  for (const auto& part : parts) {
    if (part.bytes > 0) std::memcpy(part.data, rest.data(), part.bytes);
    rest.remove_prefix(part.bytes);
  }
  return {};
}

}  // namespace hone
