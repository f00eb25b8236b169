// The bytes of a training run: read back whole, or refused whole.
#include "nn/checkpoint.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "support.hpp"

namespace hone::test {
namespace {

struct State {
  std::array<int, 4> numbers{1, 2, 3, 4};
  std::array<char, 7> text{'a', 'b', 'c', 'd', 'e', 'f', 'g'};
  std::array<StatePart, 3> parts() {
    return {StatePart{numbers.data(), sizeof numbers}, StatePart{nullptr, 0}, StatePart{text.data(), text.size()}};
  }
};

TEST(Checkpoint, ReadsBackWhatWasWritten) {
  State written, read;
  written.numbers = {9, 8, 7, 6};
  const auto bytes = encode_state(5, written.parts());
  ASSERT_TRUE(decode_state(bytes, 5, read.parts()));
  EXPECT_EQ(read.numbers, written.numbers);
  EXPECT_EQ(read.text, written.text);
}

RC_GTEST_PROP(Checkpoint, AnyFlippedBitIsRefusedAndChangesNothing, ()) {
  State written, read;
  written.numbers = {9, 8, 7, 6};
  auto bytes = encode_state(5, written.parts());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
  const auto done = decode_state(bytes, 5, read.parts());
  RC_ASSERT(!done);
  RC_ASSERT(done.error().kind == Error::Kind::corrupt);
  RC_ASSERT(read.numbers == State{}.numbers);
}

TEST(Checkpoint, EveryTruncationAndAnExtensionAreRefused) {
  State state;
  const auto bytes = encode_state(5, state.parts());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto done = decode_state(std::string_view(bytes).substr(0, length), 5, state.parts());
    ASSERT_FALSE(done) << length;
    EXPECT_EQ(done.error().kind, Error::Kind::corrupt);
  }
  EXPECT_FALSE(decode_state(bytes + "x", 5, state.parts()));
}

TEST(Checkpoint, AnotherIdentityOrShapeIsRefused) {
  State state;
  const auto bytes = encode_state(5, state.parts());
  const auto other = decode_state(bytes, 6, state.parts());
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("another network"), std::string::npos);
  const auto parts = state.parts();
  EXPECT_FALSE(decode_state(bytes, 5, std::span(parts).first(1)));
}

}  // namespace
}  // namespace hone::test
