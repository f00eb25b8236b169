// Characters of a TOML text that are refused before the parser sees them, and those that are not.
#include "space/toml_characters.hpp"

#include <gtest/gtest.h>

#include "space/study_file.hpp"

namespace hone {
namespace {

using namespace std::string_view_literals;

TEST(TomlCharacters, what_toml_allows_passes) {
  for (const std::string_view text : {
           ""sv,
           "a = 1\n\tb = 2\r\nc = 3"sv,
           "\xEF\xBB\xBF# begins with a byte order mark\na = 1\n"sv,
           "a = 1 # grün\nb = 2\n"sv,
           "\"größe\" = 1\n'größe2' = 2\n"sv,
           "a = \"ü\" # ü\n"sv,
           "a = 'ü\\' # a literal string has no escapes: ü\n"sv,
           "a = \"\\\"ü\\\\\" # ü\n"sv,
           "a = \"\"\"\nü \"quoted\" \\\"\"\" ü\n\"\"\"\nb = 'ü'\n"sv,
           "a = '''\nü 'quoted' '' ü\n'''\nb = 'ü'\n"sv,
           "a = \"\"\"ü\"\"\"\"\"\nb = 'ü'\n"sv,  // two quotes end the string's content
           "a = \"\"\nb = ''\nc = \"\"\"\"\"\"\n# ü"sv,
           "a = \"# no comment\"\nb = \"ü\"\n"sv,
           "a = \"\xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF\"\n"sv,
           "# it's a comment\n'ü' = 1\n"sv,
       })
    EXPECT_FALSE(character_fault(text).has_value()) << text << "\n" << character_fault(text)->message;
}

struct Case {
  std::string_view text;
  Place place;
  std::string_view says;
};

TEST(TomlCharacters, what_it_does_not_is_named_with_its_place) {
  const Case cases[] = {
      {"größe = 1\n", {1, 3}, "'ö' (U+00F6) may stand only in quotes or in a comment: put the name in quotes"},
      {"a = 1\n[ä]\n", {2, 2}, "put the name in quotes"},
      {"a =\u00A0"
       "1\n",
       {1, 4},
       "U+00A0"},
      {"'ü' = 'ü' ü\n", {1, 11}, "U+00FC"},
      {"a = \"not closed\nü = 1\n", {2, 1}, "U+00FC"},
      {"a = 'ü\\' ü'\n", {1, 10}, "U+00FC"},
      {"a = \"\"\"ü\"\"\" ü", {1, 13}, "U+00FC"},
      {"a = '''''''' ü", {1, 14}, "U+00FC"},
      {"a = \"\" ü", {1, 8}, "U+00FC"},
      {"a = \"\\\\\" ü", {1, 10}, "U+00FC"},
      {"a = 1\nb = \"x\0y\"\n"sv, {2, 7}, "control character (0x00)"},
      {"# \x1B[31m\n", {1, 3}, "0x1B"},
      {"a = \"\x7F\"", {1, 6}, "0x7F"},
      {"a = 1\rb = 2", {1, 6}, "carriage return"},
      {"a = \"\xFC\"", {1, 6}, "0xFC is not UTF-8: save the file as UTF-8"},
      {"# \xC3", {1, 3}, "0xC3 is not UTF-8"},
      {"# \xC0\xAF", {1, 3}, "0xC0 is not UTF-8"},
      {"# \xE0\x80\xAF", {1, 3}, "0xE0 is not UTF-8"},
      {"# \xED\xA0\x80", {1, 3}, "0xED is not UTF-8"},
      {"# \xF4\x90\x80\x80", {1, 3}, "0xF4 is not UTF-8"},
      {"# \xF5\x80\x80\x80", {1, 3}, "0xF5 is not UTF-8"},
      {"# ü\x80", {1, 4}, "0x80 is not UTF-8"},
  };
  for (const Case& each : cases) {
    const auto fault = character_fault(each.text);
    ASSERT_TRUE(fault.has_value()) << each.text;
    EXPECT_EQ(fault->place.line, each.place.line) << each.text << "\n" << fault->message;
    EXPECT_EQ(fault->place.column, each.place.column) << each.text << "\n" << fault->message;
    EXPECT_NE(fault->message.find(each.says), std::string::npos) << each.text << "\n" << fault->message;
  }
}

/// Places where toml++ looks ahead, or asks whether a character is a blank.
TEST(TomlCharacters, strings_of_any_language_are_read_wherever_they_stand) {
  const std::pair<std::string, std::string> cases[] = {
      {"\"\"\"x\\\n  über\"\"\"", "xüber"},
      {"\"\"\"\nÄ \\\n\n é\"\"\"", "Ä é"},
      {"'ü'", "ü"},
      {"\"日本語\u3000x\"", "日本語\u3000x"},
  };
  for (const auto& [written, read] : cases) {
    const auto tree = parse_toml("a = " + written + "\n");
    ASSERT_TRUE(tree) << written << tree.error().message;
    EXPECT_EQ(std::get<std::string>(tree->find("a")->node.value), read);
  }
  for (const char* wrong :
       {"a = 64'ü'\n", "a = \"\"\"\\ü\"\"\"\n", "a = \"\"\"x\\ ü\"\"\"\n", "a = 1.\"ü\"\n", "a = t'ü'\n"})
    EXPECT_FALSE(parse_toml(wrong)) << wrong;
}

TEST(TomlCharacters, a_study_file_with_a_bare_name_that_is_not_ascii_says_the_cure) {
  const auto file = parse_study_file("format = 1\n[data]\ncolumns = { straße = \"categorical\" }\n", "s.toml");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            "s.toml:3:17: 'ß' (U+00DF) may stand only in quotes or in a comment: put the name in quotes");
  const auto quoted_name =
      parse_study_file("format = 1\n[data]\ncolumns = { \"straße\" = \"categorical\" }\n", "s.toml");
  ASSERT_TRUE(quoted_name) << quoted_name.error().message;
  EXPECT_EQ(quoted_name->data.columns.at("straße"), "categorical");
}

}  // namespace
}  // namespace hone
