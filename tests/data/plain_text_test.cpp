#include "data/plain_text.hpp"

#include "data/helpers.hpp"

namespace hone {
namespace {

using test::contains;
using test::refusal;

TEST(PlainText, Utf8) {
  for (const char* text : {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) EXPECT_TRUE(is_utf8(text));
  for (const char* text : {"\xE9", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\x80"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(PlainText, Latin1IsConvertedAndSaid) {
  std::vector<std::string> notes;
  const auto text = plain_text("caf\xE9,1\n", "f.csv", notes);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->view(), "caf\xC3\xA9,1\n");
  EXPECT_TRUE(test::any_contains(notes, "Latin-1"));
}

TEST(PlainText, Utf8StaysAsItIs) {
  std::vector<std::string> notes;
  EXPECT_EQ(plain_text("caf\xC3\xA9\n", "f.csv", notes)->view(), "caf\xC3\xA9\n");
  EXPECT_TRUE(notes.empty());
}

TEST(PlainText, BinaryIsRefusedByName) {
  std::vector<std::string> notes;
  EXPECT_TRUE(
      contains(refusal(plain_text(std::string("a,b\n1\0,2\n", 9), "f.csv", notes)), "zero byte stands at offset 5"));
  EXPECT_TRUE(contains(refusal(plain_text("PK\x03\x04...", "f.csv", notes)), "zip archive"));
  EXPECT_TRUE(contains(refusal(plain_text("\xFF\xFE"
                                          "a",
                                          "f.csv", notes)),
                       "UTF-16"));
  EXPECT_TRUE(contains(refusal(plain_text(std::string(100, '\x01'), "f.csv", notes)), "control characters"));
}

}  // namespace
}  // namespace hone
