/// Protocol Buffers, the writing half: fields of a message as bytes. What a field means is the caller's business.
#pragma once
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

static_assert(std::endian::native == std::endian::little, "fixed-width fields are little-endian");

namespace hone {

/// One message under construction. Fields stand in the order of the calls; a repeated field is called repeatedly.
/// `field` is the number in the message's .proto file, 1 .. 2^29 - 1.
/// Encoding: https://github.com/protocolbuffers/protobuf (wire types 0, 2 and 5 are all that ONNX needs).
class ProtoMessage {
 public:
  /// int32, int64, enum; negative numbers take ten bytes.
  ProtoMessage& integer(std::uint32_t field, std::int64_t value);
  ProtoMessage& real(std::uint32_t field, float value);
  /// string (which must be UTF-8) or bytes.
  ProtoMessage& text(std::uint32_t field, std::string_view value);
  ProtoMessage& message(std::uint32_t field, const ProtoMessage& value) { return text(field, value.bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value);
  void tag(std::uint32_t field, std::uint32_t wire_type) { varint(std::uint64_t{field} << 3 | wire_type); }
  std::string bytes_;
};

}  // namespace hone
