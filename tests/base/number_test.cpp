#include "base/number.hpp"

#include <fmt/format.h>
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
  for (const char* text : {"0",
                           "-0",
                           "7",
                           "42",
                           "-1.5",
                           ".5",
                           "5.",
                           "0.000001",
                           "123456789",
                           "-12345.678901",
                           "00012",
                           "9007199254740992",
                           "0.0000000000001",
                           "1234567890123.45",
                           "12345678",
                           "1234567.",
                           ".1234567",
                           "9007199254740993",
                           "12345678901234567",
                           "-0.12345678901234567",
                           "0.0012345678901234567",
                           "9999999999999999999",
                           "-9999999999.999999999",
                           "00000000000000000000001",
                           ".0000000000000000000001",
                           "1844674407370955.161"}) {
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
                           "10000000000000000000",
                           "1.0000000000000000000",
                           "000000000000000000000001",
                           "123456789.12345678.9",
                           ".1234567890123456.",
                           "1234567..",
                           "12345678.9.",
                           "1/2",
                           "1:2"})
    EXPECT_EQ(found(text, 0), "") << text;
}

/// What stands before a text changes nothing; what is read is what std::from_chars says. True if it is read.
testing::AssertionResult is_read_rightly(const std::string& text, const std::string& front, bool& is_read) {
  const std::string read = found(text, 0), whole = front + text;
  is_read = !read.empty();
  if (read != found(std::string_view(whole).substr(front.size()), front.size()))
    return testing::AssertionFailure() << "'" << text << "' is read otherwise behind '" << front << "'";
  if (is_read && read != expected(text)) return testing::AssertionFailure() << "'" << text << "' is read wrongly";
  return testing::AssertionSuccess();
}

/// Texts of all lengths, mostly digits, behind the fewest readable characters and behind more.
TEST(Number, AgreesWithFromCharsInEveryBit) {
  constexpr std::string_view others = ".-+eE 0/:";
  std::size_t accepted = 0;
  for (std::uint32_t round = 0; round < 200'000; ++round) {
    Rng rng(5, RngPurpose::simulation, round);
    std::string front, text;
    for (std::uint32_t i = 0, size = 16 + rng.below(10); i < size; ++i) front += "0123456789.-,\n"[rng.below(14)];
    const std::uint32_t digits = rng.below(26), zeros = rng.below(3) ? 0 : rng.below(8);
    for (std::uint32_t i = 0; i < digits; ++i) text += static_cast<char>('0' + (i < zeros ? 0 : rng.below(10)));
    if (rng.below(4)) text.insert(rng.below(digits + 1), 1, '.');
    if (rng.below(2)) text.insert(0, 1, '-');
    if (!text.empty() && rng.below(4) == 0)
      text[rng.below(static_cast<std::uint32_t>(text.size()))] =
          rng.below(2) ? others[rng.below(9)] : static_cast<char>(rng.below(256));
    bool is_read = false;
    ASSERT_TRUE(is_read_rightly(text, front, is_read));
    accepted += is_read;
  }
  EXPECT_GT(accepted, 80'000u);
}

/// Shortest and full texts of doubles are nearly all read; the middles between two, and their neighbours, at least
/// not wrongly.
TEST(Number, RoundsAsFromCharsNextToTheMiddle) {
  std::size_t full = 0, middles = 0;
  constexpr std::uint32_t rounds = 50'000;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    Rng rng(6, RngPurpose::simulation, round);
    bool is_read = false;
    ASSERT_TRUE(is_read_rightly(fmt::format("{:.17g}", rng.uniform() * 2 - 1), std::string(16, '7'), is_read));
    full += is_read;
    // 54 bits of which the last is set lie in the middle between two doubles, wherever their point is.
    const std::uint64_t high = rng.next(), low = rng.next(),
                        middle = std::uint64_t{1} << 53 | high << 21 | low >> 11 | 1;
    for (const int places : {1, 2, 3}) {
      const std::uint64_t scale = places == 1 ? 5 : places == 2 ? 25 : 125;  // 10^places / 2^places
      for (const std::uint64_t off : {~std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{1}}) {
        std::string text = std::to_string(middle * scale + off);
        text.insert(text.size() - static_cast<std::size_t>(places), 1, '.');
        ASSERT_TRUE(is_read_rightly(text, std::string(16, '.'), is_read));
        middles += is_read;
      }
    }
  }
  EXPECT_GT(full, rounds * 99 / 100);
  EXPECT_GT(middles, std::size_t{rounds} * 5);
}

}  // namespace
}  // namespace hone
