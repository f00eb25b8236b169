#include "space/json_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "space/study_file.hpp"
#include "space/value.hpp"

namespace hone {
namespace {

constexpr std::size_t depth_max = 16;

/// The line with NaN, Infinity and -Infinity quoted, and for each of its bytes the column it came from.
struct QuotedLine {
  std::string text;
  std::vector<std::size_t> columns;

  void add(std::string_view piece, std::size_t column) {
    text += piece;
    columns.insert(columns.end(), piece.size(), column);
  }
};

QuotedLine with_quoted_numbers(std::string_view line) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"NaN", "\"nan\""}, {"Infinity", "\"inf\""}, {"-Infinity", "\"-inf\""}};
  QuotedLine quoted;
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') inside = !inside;
    const auto* name =
        inside ? std::end(names)
               : std::ranges::find_if(names, [&](const auto& each) { return line.substr(i).starts_with(each.first); });
    if (name != std::end(names)) {
      quoted.add(name->second, i + 1);
      i += name->first.size() - 1;
    } else if (inside && line[i] == '\\' && i + 1 < line.size()) {
      quoted.add(line.substr(i, 1), i + 1);
      quoted.add(line.substr(i + 1, 1), i + 2);
      ++i;
    } else {
      quoted.add(line.substr(i, 1), i + 1);
    }
  }
  return quoted;
}

/// Lets the parser read bytes and knows how many it has taken.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* position = nullptr;
  std::size_t* taken = nullptr;

  reference operator*() const { return *position; }
  CountingIterator& operator++() {
    ++position;
    ++*taken;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.position == b.position; }
};

/// Builds the nodes from the parser's events.
class Builder {
 public:
  Builder(const QuotedLine& line, const std::size_t& taken) : line_(line), taken_(taken) {}

  JsonNode root;
  std::optional<LineFault> fault;

  bool null() { return value(JsonNode::Kind::null, word_start()); }
  bool boolean(bool truth) {
    return value(JsonNode::Kind::boolean, word_start(), [&](auto& n) { n.truth = truth; });
  }
  bool number_integer(std::int64_t number) {
    return value(JsonNode::Kind::integer, word_start(), [&](auto& n) { n.integer = number; });
  }
  bool number_unsigned(std::uint64_t number) {
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return number_integer(static_cast<std::int64_t>(number));
    return number_float(static_cast<double>(number), "");
  }
  bool number_float(double number, const std::string&) {
    return value(JsonNode::Kind::real, word_start(), [&](auto& n) { n.real = number; });
  }
  bool string(std::string& text) {
    return value(JsonNode::Kind::text, string_start(), [&](auto& n) { n.text = text; });
  }
  bool binary(nlohmann::json::binary_t&) { return false; }  // does not occur in text
  bool start_object(std::size_t) { return open(JsonNode::Kind::object); }
  bool start_array(std::size_t) { return open(JsonNode::Kind::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    key_ = name;
    key_at_ = string_start();
    if (!open_.back()->find(name)) return true;
    return refuse(fmt::format("the key '{}' stands there twice", quoted(name)), key_at_);
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
    std::string_view what = error.what();
    for (const std::string_view cut : {"syntax error ", "] "})
      if (const auto at = what.find(cut); at != std::string_view::npos)
        what = what.substr(at + (cut == "] " ? cut.size() : std::string_view("syntax error ").size()));
    if (what.starts_with("while parsing")) what = what.substr(what.find("- ") == what.npos ? 0 : what.find("- ") + 2);
    return refuse(fmt::format("not JSON: {}", quoted(what, 120)), column(position));
  }

 private:
  std::size_t column(std::size_t taken) const {
    if (taken == 0 || line_.columns.empty()) return 1;
    return taken <= line_.columns.size() ? line_.columns[taken - 1] : line_.columns.back() + 1;
  }
  bool refuse(std::string message, std::size_t at) {
    fault = LineFault{std::move(message), at};
    return false;
  }
  /// Of the string that was just read: back from its closing quote to the opening one.
  std::size_t string_start() const {
    std::size_t start = taken_ - 1;
    while (start > 0) {
      --start;
      if (line_.text[start] != '"') continue;
      std::size_t backslashes = 0;
      while (backslashes < start && line_.text[start - 1 - backslashes] == '\\') ++backslashes;
      if (backslashes % 2 == 0) break;
    }
    return column(start + 1);
  }
  /// Of the number or literal that was just read; of a number the parser has seen one byte more.
  std::size_t word_start() const {
    const auto in_word = [&](std::size_t i) {
      const char c = line_.text[i];
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' || c == '-' || c == '.';
    };
    std::size_t start = std::min(taken_, line_.text.size());
    while (start > 0 && !in_word(start - 1)) --start;
    while (start > 0 && in_word(start - 1)) --start;
    return column(start + 1);
  }
  JsonNode& place() {
    if (open_.empty()) return root;
    return open_.back()->members.emplace_back();
  }
  template <class Fill = void (*)(JsonNode&)>
  bool value(
      JsonNode::Kind kind, std::size_t at, Fill fill = [](JsonNode&) {}) {
    JsonNode& node = place();
    name(node, at);
    node.kind = kind;
    fill(node);
    return true;
  }
  void name(JsonNode& node, std::size_t at) {
    const bool member = !open_.empty() && open_.back()->kind == JsonNode::Kind::object;
    if (member) node.key = key_;
    node.at = member ? key_at_ : at;
  }
  bool open(JsonNode::Kind kind) {
    if (open_.size() == depth_max)
      return refuse(fmt::format("more than {} levels of [ and {{", depth_max), column(taken_));
    JsonNode& node = place();
    name(node, column(taken_));
    node.kind = kind;
    open_.push_back(&node);  // stays where it is: nothing is added beside it before it is closed
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const QuotedLine& line_;
  const std::size_t& taken_;
  std::vector<JsonNode*> open_;
  std::string key_;
  std::size_t key_at_ = 1;
};

std::unexpected<LineFault> wrong_kind(const JsonNode& node, std::string_view wanted) {
  const std::string name = node.key.empty() ? "this" : fmt::format("'{}'", quoted(node.key));
  return std::unexpected(LineFault{fmt::format("{} must be {}, got {}", name, wanted, kind_name(node.kind)), node.at});
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

const JsonNode* JsonNode::find(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &JsonNode::key);
  return kind == Kind::object && found != members.end() ? &*found : nullptr;
}

LineResult<JsonNode> parse_json_line(std::string_view line, std::size_t bytes_max) {
  if (line.size() > bytes_max)
    return std::unexpected(LineFault{fmt::format("a line has at most {} bytes", bytes_max), bytes_max});
  const QuotedLine quoted = with_quoted_numbers(line);
  std::size_t taken = 0;
  Builder builder(quoted, taken);
  const CountingIterator first{quoted.text.data(), &taken};
  const CountingIterator last{quoted.text.data() + quoted.text.size(), &taken};
  if (!nlohmann::json::sax_parse(first, last, &builder))
    return std::unexpected(builder.fault.value_or(LineFault{"not JSON", 1}));
  return std::move(builder.root);
}

LineResult<double> number_of(const JsonNode& node) {
  if (node.kind == JsonNode::Kind::integer) return static_cast<double>(node.integer);
  if (node.kind == JsonNode::Kind::real) return node.real;
  if (node.kind == JsonNode::Kind::text) {
    const std::string word = lower(node.text);
    if (word == "nan" || word == "-nan") return std::numeric_limits<double>::quiet_NaN();
    if (word == "inf" || word == "infinity" || word == "+inf") return std::numeric_limits<double>::infinity();
    if (word == "-inf" || word == "-infinity") return -std::numeric_limits<double>::infinity();
  }
  return wrong_kind(node, "a number");
}

LineResult<std::int64_t> integer_of(const JsonNode& node) {
  if (node.kind == JsonNode::Kind::integer) return node.integer;
  constexpr double exact_max = 9007199254740992.0;  // 2^53
  if (node.kind == JsonNode::Kind::real && std::abs(node.real) <= exact_max && node.real == std::floor(node.real))
    return static_cast<std::int64_t>(node.real);
  return wrong_kind(node, "a whole number");
}

LineResult<double> cost_of(const JsonNode& node) {
  const auto cost = number_of(node);
  if (cost && !(*cost >= 0 && *cost <= cost_max))
    return std::unexpected(LineFault{
        fmt::format("'cost' is what it has cost so far, a number of 0 or more, got {}", number_text(*cost)), node.at});
  return cost;
}

LineResult<std::string> text_of(const JsonNode& node) {
  if (node.kind != JsonNode::Kind::text) return wrong_kind(node, "a text");
  return node.text;
}

LineResult<std::vector<double>> numbers_of(const JsonNode& node) {
  if (node.kind != JsonNode::Kind::array) return wrong_kind(node, "an array of numbers");
  std::vector<double> numbers;
  for (const JsonNode& member : node.members) {
    const auto number = number_of(member);
    if (!number) return std::unexpected(number.error());
    numbers.push_back(*number);
  }
  return numbers;
}

std::string_view kind_name(JsonNode::Kind kind) {
  constexpr std::string_view names[] = {"null",   "true or false", "a whole number", "a number",
                                        "a text", "an array",      "an object"};
  return names[static_cast<std::size_t>(kind)];
}

std::string json_text(const JsonNode& node) {
  std::string inside;
  switch (node.kind) {
    case JsonNode::Kind::null:
      return "null";
    case JsonNode::Kind::boolean:
      return node.truth ? "true" : "false";
    case JsonNode::Kind::integer:
      return std::to_string(node.integer);
    case JsonNode::Kind::real:
      return value_json(Value(node.real));
    case JsonNode::Kind::text:
      return value_json(Value(node.text));
    case JsonNode::Kind::array:
    case JsonNode::Kind::object:
      for (const JsonNode& member : node.members) {
        if (!inside.empty()) inside += ",";
        if (node.kind == JsonNode::Kind::object) inside += value_json(Value(member.key)) + ":";
        inside += json_text(member);
      }
      return node.kind == JsonNode::Kind::object ? "{" + inside + "}" : "[" + inside + "]";
  }
  return "null";
}

LineResult<std::vector<double>> objective_values(const JsonNode& node, std::span<const std::string> metrics,
                                                 std::string_view verb) {
  const auto fault = [](std::string message, std::size_t at) {
    return std::unexpected(LineFault{std::move(message), at});
  };
  if (node.key == "value") {
    const auto number = number_of(node);
    if (!number) return std::unexpected(number.error());
    if (metrics.size() == 1) return std::vector<double>{*number};
    return fault(fmt::format("the study has {} objectives ({}): {} \"values\", one for each", metrics.size(),
                             join(metrics, ", "), verb),
                 node.at);
  }
  if (node.kind != JsonNode::Kind::object) {
    auto values = numbers_of(node);
    if (values && values->size() != metrics.size())
      return fault(fmt::format("the study has {} objectives ({}): {} one value for each, got {}", metrics.size(),
                               join(metrics, ", "), verb, values->size()),
                   node.at);
    return values;
  }
  std::vector<double> values(metrics.size());
  std::vector<bool> told(metrics.size());
  for (const JsonNode& member : node.members) {
    const auto at = static_cast<std::size_t>(std::ranges::find(metrics, member.key) - metrics.begin());
    if (at == metrics.size())
      return fault(fmt::format("unknown metric '{}'; {}", quoted(member.key), suggest_name(member.key, metrics)),
                   member.at);
    const auto number = number_of(member);
    if (!number) return std::unexpected(number.error());
    values[at] = *number;
    told[at] = true;
  }
  for (std::size_t i = 0; i < metrics.size(); ++i)
    if (!told[i]) return fault(fmt::format("'values' lacks the metric '{}'", metrics[i]), node.at);
  return values;
}

}  // namespace hone
