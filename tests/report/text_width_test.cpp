#include "report/text_width.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hone {
namespace {

TEST(TextWidth, counts_columns_not_bytes) {
  EXPECT_EQ(text_width(""), 0u);
  EXPECT_EQ(text_width("abc"), 3u);
  EXPECT_EQ(text_width("Größe"), 5u);
  EXPECT_EQ(text_width("数据"), 4u);
  EXPECT_EQ(text_width("e\u0301"), 1u);             // combining accent
  EXPECT_EQ(text_width("\x1b[1mbold\x1b[0m"), 4u);  // colour takes no room
  EXPECT_EQ(text_width("\xff\xfe"), 2u);            // invalid bytes
  EXPECT_EQ(text_width("\xe6\x95"), 2u);            // cut in the middle
}

TEST(TextWidth, cuts_inside_the_width_and_never_inside_a_character) {
  EXPECT_EQ(cut_text("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_text("abcdefg", 6), "abc...");
  EXPECT_EQ(cut_text("abcdefg", 6, "…"), "abcde…");
  EXPECT_EQ(cut_text("数据数据", 5, "…"), "数据…");
  EXPECT_EQ(cut_text("数据数据", 4, "…"), "数…");
  EXPECT_EQ(cut_text("abc", 2), "ab");  // no room for the mark
  EXPECT_EQ(cut_text("abc", 0), "");
  EXPECT_EQ(cut_text("\x1b[1mabcdef\x1b[0m", 4, "…"), "\x1b[1mabc…\x1b[0m");
}

RC_GTEST_PROP(TextWidth, a_cut_text_fits, (const std::string& text)) {
  const auto width = *rc::gen::inRange<std::size_t>(0, 30);
  RC_ASSERT(text_width(cut_text(text, width)) <= width);
}

TEST(TextWidth, pads_by_columns) {
  EXPECT_EQ(pad_right("é", 3), "é  ");
  EXPECT_EQ(pad_left("é", 3), "  é");
  EXPECT_EQ(pad_left("long", 3), "long");
}

TEST(TextWidth, wraps_at_blanks) {
  const std::vector<std::string> expected = {"one two", "three", "a-word-too-long", "x", "", "new"};
  EXPECT_EQ(wrap_text("one two three a-word-too-long x\n\nnew", 8), expected);
}

}  // namespace
}  // namespace hone
