#include "space/expression_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "base/text.hpp"

namespace hone {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> all() {
    std::vector<Token> tokens;
    for (;;) {
      while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) advance();
      HONE_TRY(tokens.emplace_back(), next());
      if (tokens.back().kind == Token::Kind::end) return tokens;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  char advance() {
    const char c = text_[at_++];
    if (c == '\n')
      place_ = {place_.line + 1, 1};
    else if ((static_cast<unsigned char>(peek()) & 0xC0u) != 0x80u)  // not within a UTF-8 character
      ++place_.column;
    return c;
  }

  Result<Token> next() {
    const Place place = place_;
    if (at_ >= text_.size()) return Token{Token::Kind::end, "the end", {}, place};
    const char c = peek();
    if (is_letter(c)) return word(place);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(place);
    if (c == '\'' || c == '"') return string(place);
    return symbol(place);
  }

  Token word(Place place) {
    std::string name;
    while (is_letter(peek()) || is_digit(peek())) name += advance();
    if (peek() == '.' && is_digit(peek(1))) {
      name += advance();
      while (is_digit(peek())) name += advance();
      return {Token::Kind::name, name, {}, place};
    }
    if (name == "and" || name == "or" || name == "not" || name == "in") return {Token::Kind::symbol, name, {}, place};
    if (name == "true" || name == "false") return {Token::Kind::literal, name, name == "true", place};
    if (name == "null") return {Token::Kind::literal, name, Null{}, place};
    return {Token::Kind::name, name, {}, place};
  }

  Result<Token> number(Place place) {
    std::string text;
    while (is_digit(peek()) || is_letter(peek()) || peek() == '.' ||
           ((peek() == '-' || peek() == '+') && (text.back() == 'e' || text.back() == 'E')))
      text += advance();
    if (const auto integer = parse_integer(text)) return Token{Token::Kind::literal, text, *integer, place};
    const auto value = parse_number(text);
    if (!value || !std::isfinite(*value)) return refuse_at(place, fmt::format("'{}' is not a number", quoted(text)));
    return Token{Token::Kind::literal, text, *value, place};
  }

  Result<Token> string(Place place) {
    const char quote = advance();
    std::string text;
    for (;;) {
      if (at_ >= text_.size()) return refuse_at(place, fmt::format("this string has no closing {}", quote));
      const Place here = place_;
      const char c = advance();
      if (c == quote) return Token{Token::Kind::literal, "'" + quoted(text) + "'", text, place};
      if (c != '\\') {
        text += c;
        continue;
      }
      const char escape = at_ < text_.size() ? advance() : '\0';
      switch (escape) {
        case 'n':
          text += '\n';
          break;
        case 't':
          text += '\t';
          break;
        case 'r':
          text += '\r';
          break;
        case '\\':
        case '\'':
        case '"':
          text += escape;
          break;
        default:
          return refuse_at(here, "a backslash must be followed by one of n t r \\ ' \"; write \\\\ for a backslash");
      }
    }
  }

  Result<Token> symbol(Place place) {
    constexpr std::array<std::string_view, 16> symbols = {"==", "!=", "<=", ">=", "<", ">", "(", ")",
                                                          "[",  "]",  ",",  "+",  "-", "*", "/", "="};
    for (const std::string_view known : symbols)
      if (text_.substr(at_).starts_with(known)) {
        for (std::size_t i = 0; i < known.size(); ++i) advance();
        if (known == "=") return refuse_at(place, "a comparison is written ==");
        return Token{Token::Kind::symbol, std::string(known), {}, place};
      }
    if (text_.substr(at_).starts_with("&&")) return refuse_at(place, "write 'and' for &&");
    if (text_.substr(at_).starts_with("||")) return refuse_at(place, "write 'or' for ||");
    if (peek() == '!') return refuse_at(place, "write 'not' for !");
    const char c = peek();
    const bool ascii = static_cast<unsigned char>(c) < 0x80;
    return refuse_at(place, fmt::format("{} has no meaning here; text goes in quotes",
                                        ascii ? "'" + quoted(std::string(1, c)) + "'" : "a character beyond ASCII"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
};

}  // namespace

std::unexpected<Error> refuse_at(Place place, std::string_view what) {
  return refuse(fmt::format("line {}, column {}: {}", place.line, place.column, what));
}

Result<std::vector<Token>> tokenize(std::string_view text) {
  return Tokenizer(text).all();
}

}  // namespace hone
