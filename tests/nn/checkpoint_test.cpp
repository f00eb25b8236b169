// The bytes of a training run: read back whole, or refused whole.
#include "nn/checkpoint.hpp"

#include <algorithm>
#include <cstring>

#include "base/files.hpp"
#include "trainer_support.hpp"

namespace hone::test {
namespace {

TrainState some_state(std::size_t floats) {
  TrainState state;
  state.arena = Buffer(floats);
  for (std::size_t i = 0; i < floats; ++i) state.arena.data()[i] = static_cast<float>(i) - 2;
  state.identity = 5;
  return state;
}

std::string bytes_of(const TrainState& state) {
  std::string bytes;
  append_state(bytes, state);
  return bytes;
}

/// With the checksum that fits.
std::string sealed(std::string bytes) {
  const std::uint64_t checksum = hash64(std::string_view(bytes).substr(0, bytes.size() - 8));
  std::memcpy(bytes.data() + bytes.size() - 8, &checksum, 8);
  return bytes;
}

TEST(Checkpoint, ReadsBackWhatWasWritten) {
  for (const std::size_t floats : {0, 1, 11, 1000}) {
    const TrainState state = some_state(floats);
    const std::string bytes = bytes_of(state);
    const auto arena = arena_in(bytes, 5, state.bytes());
    ASSERT_TRUE(arena) << arena.error().message;
    ASSERT_EQ(arena->size(), 4 * floats);
    EXPECT_TRUE(floats == 0 || std::memcmp(arena->data(), state.arena.data(), 4 * floats) == 0);
  }
}

TEST(Checkpoint, EveryFlippedBitAndEveryTruncationIsRefused) {
  const TrainState state = some_state(11);
  const std::string bytes = bytes_of(state);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const auto arena = arena_in(flipped, 5, state.bytes());
    ASSERT_FALSE(arena) << bit;
    ASSERT_EQ(arena.error().kind, Error::Kind::corrupt);
  }
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto arena = arena_in(std::string_view(bytes).substr(0, length), 5, state.bytes());
    ASSERT_FALSE(arena) << length;
    ASSERT_EQ(arena.error().kind, Error::Kind::corrupt);
  }
  EXPECT_FALSE(arena_in(bytes + "x", 5, state.bytes()));
}

TEST(Checkpoint, AChecksumThatFitsDoesNotMakeItTrue) {
  const TrainState state = some_state(11);
  const std::string bytes = bytes_of(state);
  ASSERT_EQ(sealed(bytes), bytes);
  const auto other = arena_in(bytes, 6, state.bytes());
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("another network"), std::string::npos);
  EXPECT_FALSE(arena_in(bytes, 5, state.bytes() + 4));
  EXPECT_FALSE(arena_in(bytes, 5, state.bytes() - 4));
  EXPECT_FALSE(arena_in(sealed(bytes.substr(0, bytes.size() - 4)), 5, state.bytes()));
  EXPECT_FALSE(arena_in(sealed(bytes + "1234"), 5, state.bytes()));
  std::string larger = bytes;
  larger[8 + 16 + 7] = '\x7f';  // a size near 2^63
  EXPECT_FALSE(arena_in(sealed(larger), 5, state.bytes()));
  std::string newer = bytes;
  ++newer[8];
  EXPECT_NE(arena_in(sealed(newer), 5, state.bytes()).error().message.find("version 3"), std::string::npos);
}

/// A small network: every flipped bit of its checkpoint is refused and changes nothing.
TEST(Checkpoint, OfATrainerIsRefusedWholeAndChangesNothing) {
  auto p = moons(20);
  p.spec.hidden = {2};
  TrainOptions o;
  o.optimizer = OptimizerKind::sgd;
  auto trainer = make(p, o);
  ASSERT_TRUE(trainer->train_epoch());
  const std::string bytes = trainer->checkpoint();
  auto other = make(p, o);
  const std::string before = other->checkpoint();
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const auto done = other->restore(flipped);
    ASSERT_FALSE(done) << bit;
    ASSERT_EQ(done.error().kind, Error::Kind::corrupt);
  }
  for (std::size_t length = 0; length < bytes.size(); ++length)
    ASSERT_FALSE(other->restore(std::string_view(bytes).substr(0, length))) << length;
  EXPECT_EQ(other->checkpoint(), before);
  EXPECT_TRUE(other->restore(bytes));
  EXPECT_EQ(other->checkpoint(), bytes);
}

/// The arena begins with epoch, step, two powers of beta and a flag.
TEST(Checkpoint, CountersThatContradictEachOtherAreRefused) {
  const auto p = moons(20);
  auto trainer = make(p, {});
  ASSERT_TRUE(trainer->train_epoch());
  const std::string bytes = trainer->checkpoint();
  const auto restores = [&](std::size_t word, auto value) {
    std::string changed = bytes;
    std::memcpy(changed.data() + 32 + 8 * word, &value, 8);
    const auto done = trainer->restore(sealed(changed));
    return done ? std::string("restored") : done.error().message;
  };
  EXPECT_EQ(restores(0, std::int64_t{1}), "restored");
  for (const auto& refused : {restores(0, std::int64_t{2}), restores(0, std::int64_t{-1}), restores(0, INT64_MAX),
                              restores(1, INT64_MAX), restores(1, std::int64_t{0}), restores(2, -0.5),
                              restores(3, double{NAN}), restores(3, 1e300), restores(4, std::int64_t{2})})
    EXPECT_NE(refused.find("its counters contradict each other"), std::string::npos) << refused;
}

}  // namespace
}  // namespace hone::test
