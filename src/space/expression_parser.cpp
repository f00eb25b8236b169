/// Recursive descent over the tokens of an expression; types are checked on the way.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "space/expression_program.hpp"
#include "space/expression_typing.hpp"

namespace hone {
namespace {

constexpr int depth_max = 64;

std::optional<Op> comparison_op(const Token& token) {
  if (token.kind != Token::Kind::symbol) return std::nullopt;
  if (token.text == "==") return Op::equal;
  if (token.text == "!=") return Op::unequal;
  if (token.text == "<") return Op::less;
  if (token.text == "<=") return Op::less_equal;
  if (token.text == ">") return Op::greater;
  if (token.text == ">=") return Op::greater_equal;
  return std::nullopt;
}

/// Recursive descent, lowest precedence first: or, and, not, comparison, + -, * /, unary minus, primary.
class Parser {
 public:
  Parser(std::vector<Token> tokens, std::span<const Parameter> parameters, bool arithmetic)
      : tokens_(std::move(tokens)), parameters_(parameters), arithmetic_(arithmetic) {}

  Result<ParsedExpression> whole() {
    HONE_TRY(Term term, disjunction());
    if (token().kind != Token::Kind::end) {
      if (comparison_op(token()))
        return refuse_at(token().place, "comparisons cannot be chained: write a < b and b < c");
      return refuse_at(token().place, fmt::format("expected 'and', 'or' or the end, got {}", shown()));
    }
    HONE_TRY(parsed_.program.instructions, as_truth(term));
    return std::move(parsed_);
  }

 private:
  const Token& token() const { return tokens_[at_]; }
  bool is(std::string_view symbol) const { return token().kind == Token::Kind::symbol && token().text == symbol; }
  bool accept(std::string_view symbol) {
    if (!is(symbol)) return false;
    ++at_;
    return true;
  }
  std::string shown() const {
    const bool bare = token().kind == Token::Kind::end || token().kind == Token::Kind::literal;
    return bare ? token().text : "'" + quoted(token().text) + "'";
  }

  /// `left op right op right ...`, where `operand` reads one side; `use` turns a side into code.
  template <class Next, class Use>
  Result<Term> chain(std::initializer_list<std::pair<std::string_view, Op>> operators, Next next, Use use,
                     Term::Kind kind) {
    HONE_TRY(Term left, next());
    for (;;) {
      const auto found = std::ranges::find_if(operators, [&](const auto& row) { return is(row.first); });
      if (found == operators.end()) return left;
      const Place place = token().place;
      ++at_;
      if (kind == Term::Kind::number && !arithmetic_)
        return refuse_at(place, fmt::format("'{}' may be used in forbid only; a condition compares", found->first));
      HONE_TRY(Code code, use(left));
      HONE_TRY(const Term right, next());
      HONE_TRY(const Code more, use(right));
      code.insert(code.end(), more.begin(), more.end());
      code.push_back({found->second});
      left.constant = left.constant && right.constant;
      left.kind = kind;
      left.code = std::move(code);
    }
  }

  Result<Term> disjunction() {
    return chain(
        {{"or", Op::logical_or}}, [this] { return conjunction(); }, truth_, Term::Kind::truth);
  }
  Result<Term> conjunction() {
    return chain(
        {{"and", Op::logical_and}}, [this] { return negation(); }, truth_, Term::Kind::truth);
  }
  Result<Term> sum() {
    return chain(
        {{"+", Op::add}, {"-", Op::subtract}}, [this] { return product(); }, number_, Term::Kind::number);
  }
  Result<Term> product() {
    return chain(
        {{"*", Op::multiply}, {"/", Op::divide}}, [this] { return unary(); }, number_, Term::Kind::number);
  }

  /// Runs `inside` one level deeper.
  template <class Inside>
  Result<Term> nested(Inside inside) {
    if (depth_ >= depth_max) return refuse_at(token().place, fmt::format("nested deeper than {} levels", depth_max));
    ++depth_;
    auto term = inside();
    --depth_;
    return term;
  }

  Result<Term> negation() {
    const Place place = token().place;
    if (!accept("not")) return comparison();
    return nested([&]() -> Result<Term> {
      HONE_TRY(Term term, negation());
      HONE_TRY(term.code, as_truth(term));
      term.code.push_back({Op::logical_not});
      term.kind = Term::Kind::truth;
      term.place = place;
      return term;
    });
  }

  Result<Term> comparison() {
    HONE_TRY(Term left, sum());
    const Token& at = token();
    if (accept("in")) return membership(std::move(left));
    const auto op = comparison_op(at);
    if (!op) {
      if (is("not")) return refuse_at(at.place, "'not' goes before the comparison: not x in [..]");
      return left;
    }
    ++at_;
    HONE_TRY(const Term right, sum());
    if (comparison_op(token())) return refuse_at(token().place, "comparisons cannot be chained: write a < b and b < c");
    HONE_TRY(left.code, compare(left, *op, right, at.place, parsed_.program));
    left.kind = Term::Kind::truth;
    return left;
  }

  Result<Term> membership(Term left) {
    if (left.kind != Term::Kind::parameter) return refuse_at(left.place, "'in' needs a parameter on its left");
    if (!accept("[")) return refuse_at(token().place, fmt::format("expected '[' after 'in', got {}", shown()));
    std::vector<double> members;
    do {
      if (is("]") && !members.empty()) break;  // a trailing comma
      HONE_TRY(const Term member, unary());
      if (member.kind != Term::Kind::literal)
        return refuse_at(member.place, "a list after 'in' holds literals only: numbers, 'text', true, false, null");
      HONE_TRY(members.emplace_back(), literal_operand(member, *left.declared));
    } while (accept(","));
    if (!accept("]")) return refuse_at(token().place, fmt::format("expected ',' or ']', got {}", shown()));
    left.code.push_back({Op::member, 0, parsed_.program.tables.size()});
    parsed_.program.tables.push_back(std::move(members));
    left.kind = Term::Kind::truth;
    return left;
  }

  Result<Term> unary() {
    const Place place = token().place;
    if (!accept("-")) return primary();
    return nested([&]() -> Result<Term> {
      HONE_TRY(Term term, unary());
      if (term.kind == Term::Kind::literal) {
        if (auto* integer = std::get_if<std::int64_t>(&term.value))
          *integer = -*integer;
        else if (auto* number = std::get_if<double>(&term.value))
          *number = -*number;
        else
          return refuse_at(place, fmt::format("{} has no negative", term.text));
        term.text = "-" + term.text;
        term.place = place;
        return term;
      }
      if (!arithmetic_) return refuse_at(place, "'-' before a parameter may be used in forbid only");
      HONE_TRY(term.code, as_number(term));
      term.code.push_back({Op::negate});
      term.kind = Term::Kind::number;
      return term;
    });
  }

  Result<Term> primary() {
    const Token& at = token();
    Term term;
    term.place = at.place;
    term.text = at.text;
    if (accept("(")) {
      HONE_TRY(term, nested([this] { return disjunction(); }));
      if (!accept(")")) return refuse_at(token().place, fmt::format("expected ')', got {}", shown()));
      return term;
    }
    if (at.kind == Token::Kind::literal) {
      ++at_;
      term.kind = Term::Kind::literal;
      term.constant = true;
      term.value = at.value;
      return term;
    }
    if (at.kind != Token::Kind::name)
      return refuse_at(at.place, fmt::format("expected a parameter, a number or text in quotes, got {}", shown()));
    ++at_;
    HONE_TRY(const Reference reference, find_reference(at, parameters_));
    term.kind = Term::Kind::parameter;
    term.declared = &parameters_[reference.parameter];
    term.code = {{Op::operand, 0, mention(at.text, reference)}};
    return term;
  }

  /// The operand's index; a new one where it is mentioned for the first time.
  std::size_t mention(const std::string& name, const Reference& reference) {
    auto& mentions = parsed_.mentions;
    const auto found = std::ranges::find(mentions, name, &ParsedExpression::Mention::name);
    if (found != mentions.end()) return static_cast<std::size_t>(found - mentions.begin());
    const auto choices = choices_of(parameters_[reference.parameter]);
    mentions.push_back({name, reference.parameter, reference.instance});
    parsed_.program.choices.emplace_back(choices.begin(), choices.end());
    return mentions.size() - 1;
  }

  static constexpr auto truth_ = [](const Term& term) { return as_truth(term); };
  static constexpr auto number_ = [](const Term& term) { return as_number(term); };

  std::vector<Token> tokens_;
  std::span<const Parameter> parameters_;
  bool arithmetic_;
  std::size_t at_ = 0;
  int depth_ = 0;
  ParsedExpression parsed_;
};

}  // namespace

Result<ParsedExpression> parse_expression(std::string_view text, std::span<const Parameter> parameters,
                                          bool arithmetic) {
  HONE_TRY(std::vector<Token> tokens, tokenize(text));
  if (tokens.size() == 1) return refuse_at(tokens[0].place, "the expression is empty; write a comparison or remove it");
  return Parser(std::move(tokens), parameters, arithmetic).whole();
}

}  // namespace hone
