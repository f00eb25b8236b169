#include "onnx/protobuf.hpp"

#include <cstring>

namespace hone {

void ProtoMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
  bytes_ += static_cast<char>(value);
}

ProtoMessage& ProtoMessage::integer(std::uint32_t field, std::int64_t value) {
  tag(field, 0);
  varint(static_cast<std::uint64_t>(value));
  return *this;
}

ProtoMessage& ProtoMessage::real(std::uint32_t field, float value) {
  char four[sizeof value];
  std::memcpy(four, &value, sizeof value);
  tag(field, 5);
  bytes_.append(four, sizeof four);
  return *this;
}

ProtoMessage& ProtoMessage::text(std::uint32_t field, std::string_view value) {
  tag(field, 2);
  varint(value.size());
  bytes_ += value;
  return *this;
}

}  // namespace hone
