#include "base/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <string>

#include "base/rng.hpp"

namespace hone {
namespace {

/// What std::from_chars says of the whole text, by bits; "" if it is no number.
std::string expected(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return "";
  return std::to_string(std::bit_cast<std::uint64_t>(value));
}

std::string found(std::string_view text, std::size_t before) {
  double value = 0;
  return read_plain_decimal(text, value, before) ? std::to_string(std::bit_cast<std::uint64_t>(value)) : "";
}

TEST(Number, PlainDecimalsAreRead) {
  for (const char* text :
       {"0", "-0", "7", "42", "-1.5", ".5", "5.", "0.000001", "123456789", "-12345.678901", "00012", "9007199254740992",
        "0.0000000000001", "1234567890123.45", "12345678", "1234567.", ".1234567"}) {
    EXPECT_NE(found(text, 0), "") << text;
    EXPECT_EQ(found(text, 0), expected(text)) << text;
  }
}

TEST(Number, EverythingElseIsLeftToOthers) {
  for (const char* text : {"",
                           "-",
                           ".",
                           "-.",
                           "1.2.3",
                           "--1",
                           "+1",
                           "1e5",
                           "0x1",
                           "inf",
                           "nan",
                           "1 ",
                           " 1",
                           "1,5",
                           "1-2",
                           "9007199254740993",
                           "12345678901234567",
                           "1234567..",
                           "12345678.9.",
                           "1/2",
                           "1:2"})
    EXPECT_EQ(found(text, 0), "") << text;
}

/// Texts of all lengths, mostly digits: what is accepted is what from_chars says, and what stands before changes
/// nothing.
TEST(Number, AgreesWithFromCharsInEveryBit) {
  constexpr std::string_view others = ".-+eE 0/:";
  std::size_t accepted = 0;
  for (std::uint32_t round = 0; round < 100'000; ++round) {
    Rng rng(5, RngPurpose::simulation, round);
    std::string text;
    for (std::uint32_t i = 0; i < 16; ++i) text += "0123456789.-,\n"[rng.below(14)];
    const std::uint32_t digits = rng.below(19);
    if (rng.below(2)) text += '-';
    for (std::uint32_t i = 0; i < digits; ++i) text += static_cast<char>('0' + rng.below(10));
    if (rng.below(4)) text.insert(16 + rng.below(digits + 1), 1, '.');
    if (text.size() > 16 && rng.below(4) == 0)
      text[16 + rng.below(static_cast<std::uint32_t>(text.size() - 16))] =
          rng.below(2) ? others[rng.below(9)] : static_cast<char>(rng.below(256));
    const std::string alone = text.substr(16);
    const std::string read = found(alone, 0);
    ASSERT_EQ(read, found(std::string_view(text).substr(16), 16)) << alone;
    if (read.empty()) continue;
    ++accepted;
    ASSERT_EQ(read, expected(alone)) << alone;
  }
  EXPECT_GT(accepted, 40'000u);
}

}  // namespace
}  // namespace hone
