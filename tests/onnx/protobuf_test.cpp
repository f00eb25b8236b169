// The wire format against bytes written down by hand, from the examples of its documentation.
#include "onnx/protobuf.hpp"

#include <gtest/gtest.h>

namespace hone {
namespace {

using namespace std::string_literals;

TEST(ProtoMessage, IntegersAreVarintsBehindTheirTag) {
  EXPECT_EQ(ProtoMessage().integer(1, 0).bytes(), "\x08\x00"s);
  EXPECT_EQ(ProtoMessage().integer(1, 150).bytes(), "\x08\x96\x01"s);
  EXPECT_EQ(ProtoMessage().integer(1, 127).integer(1, 128).bytes(), "\x08\x7f\x08\x80\x01"s);
  EXPECT_EQ(ProtoMessage().integer(1, -2).bytes(), "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
  EXPECT_EQ(ProtoMessage().integer(20, 1).bytes(), "\xa0\x01\x01"s) << "field numbers above 15 take two bytes";
}

TEST(ProtoMessage, RealsTextsAndMessages) {
  EXPECT_EQ(ProtoMessage().real(2, 1.0f).bytes(), "\x15\x00\x00\x80\x3f"s);
  EXPECT_EQ(ProtoMessage().text(2, "testing").bytes(), "\x12\x07testing"s);
  EXPECT_EQ(ProtoMessage().text(2, "").bytes(), "\x12\x00"s);
  EXPECT_EQ(ProtoMessage().text(3, "a\0b"s).bytes(), "\x1a\x03\x61\x00\x62"s);
  EXPECT_EQ(ProtoMessage().message(3, ProtoMessage().integer(1, 150)).bytes(), "\x1a\x03\x08\x96\x01"s);
  const std::string bytes = ProtoMessage().text(1, std::string(300, 'x')).bytes();
  EXPECT_EQ(bytes.substr(0, 3), "\x0a\xac\x02"s);
  EXPECT_EQ(bytes.size(), 303u);
}

}  // namespace
}  // namespace hone
