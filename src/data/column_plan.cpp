#include "data/column_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/text.hpp"
#include "data/column_facts.hpp"

namespace hone {
namespace {

constexpr std::size_t free_text_bytes = 25;  // mostly different values longer than this are prose
constexpr double id_like_share = 0.8;        // more values than this that occur once leave nothing to learn from
constexpr double stray_text_share = 0.01;    // up to this share of other text a column is taken for numbers with errors

std::string percent(std::size_t part, std::size_t whole) {
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1));
  return share < 1 ? fmt::format("{:.2g} %", share) : fmt::format("{:.0f} %", share);
}

std::optional<DateOrder> date_order(const ColumnFacts& facts) {
  if (facts.texts == 0 || facts.numbers > 0) return std::nullopt;
  if (facts.dates_year_first == facts.texts) return DateOrder::year_first;
  const bool by_day = facts.dates_day_first == facts.texts, by_month = facts.dates_month_first == facts.texts;
  if (by_day == by_month) return std::nullopt;  // neither, or both: then it cannot be told
  return by_day ? DateOrder::day_first : DateOrder::month_first;
}

bool ambiguous_dates(const ColumnFacts& facts) {
  return facts.texts > 0 && facts.numbers == 0 && facts.dates_day_first == facts.texts &&
         facts.dates_month_first == facts.texts && !facts.day_and_month_differ;
}

/// Whole numbers, no two equal, that leave few gaps: what a counter writes. Short columns must rise as well, because a
/// handful of ages may look like that.
bool running_number(const ColumnFacts& facts) {
  if (facts.texts > 0 || facts.integers != facts.numbers || facts.distinct != facts.numbers || facts.numbers < 10)
    return false;
  const double gaps = (facts.high - facts.low + 1) / static_cast<double>(facts.numbers);
  return gaps <= 2.5 && (facts.rising || facts.numbers >= 50);
}

class Planner {
 public:
  Planner(const CsvTable& table, std::span<const std::uint32_t> train, std::span<const std::uint32_t> usable,
          const ColumnRequest& request, const std::string& path)
      : table_(table), train_(train), usable_(usable), request_(request), path_(path) {}

  Result<ColumnPlans> plan() {
    HONE_TRY_VOID(check_overrides());
    surveys_ = survey_columns(table_, train_, usable_);
    for (std::size_t column = 0; column < table_.columns(); ++column) HONE_TRY_VOID(plan_column(column));
    if (plans_.used.empty())
      return refuse(fmt::format("no column of '{}' is left to learn from: {}", path_, dropped_columns()));
    return std::move(plans_);
  }

 private:
  Result<void> check_overrides() const {
    constexpr std::array<std::string_view, 5> words{"categorical", "numeric", "date", "drop", "keep"};
    for (const auto& [name, word] : request_.overrides) {
      const auto found = std::find(table_.names().begin(), table_.names().end(), name);
      if (found == table_.names().end())
        return refuse(fmt::format("{}: '{}' has no column '{}'; {}", word == "keep" ? "--keep" : "--columns", path_,
                                  quoted(name), suggest_name(name, table_.names())));
      if (std::find(words.begin(), words.end(), word) == words.end())
        return refuse(fmt::format("--columns {}={}: allowed are categorical, numeric, date, drop, keep", quoted(name),
                                  quoted(word)));
      if (found - table_.names().begin() == static_cast<std::ptrdiff_t>(request_.target))
        return refuse(
            fmt::format("--columns {}={}: this is the target; --task says how it is to be taken", quoted(name), word));
    }
    return {};
  }

  Result<void> plan_column(std::size_t column) {
    ColumnDecision& decision = plans_.decisions.emplace_back();
    decision.name = table_.names()[column];
    const auto found = request_.overrides.find(decision.name);
    const std::string word = found == request_.overrides.end() ? "" : found->second;
    const ColumnFacts& facts = surveys_[column].train;
    decision.missing = facts.missing;
    decision.distinct = facts.distinct;
    if (column == request_.target) {
      decision.role = "target";
      return {};
    }
    if (column == request_.group && word.empty()) {
      decision.role = "group";
      decision.reason =
          "its groups never cross a split; not a feature (--columns " + decision.name + "=keep makes it one)";
      return {};
    }
    if (column == request_.time) return plan_time(column, word, facts, decision);
    if (word == "drop") return drop(decision, "as asked");
    if (facts.present() == 0) return drop(decision, "every value is missing");
    if (facts.distinct == 1 && facts.missing == 0)
      return drop(decision, fmt::format("constant: always '{}'", quoted(first_value(column))));
    if (word == "numeric") return use_numbers(column, facts, decision, true);
    if (word == "date") return use_date(column, facts, decision, true);
    if (word == "categorical") return use_levels(column, facts, decision, facts.single * 2 > facts.present() ? 1 : 2);
    return plan_by_content(column, facts, decision, word == "keep");
  }

  Result<void> plan_by_content(std::size_t column, const ColumnFacts& facts, ColumnDecision& decision, bool keep) {
    const std::size_t present = facts.present();
    if (facts.distinct == 1)  // one value or none: presence is what it says
      return use_levels(column, facts, decision, 1);
    HONE_TRY_VOID(refuse_stray_text(column));
    if (facts.texts == 0) {
      if (running_number(facts) && !keep) return drop(decision, "id-like: a running number" + cure(decision));
      return use_numbers(column, facts, decision, false);
    }
    if (date_order(facts)) return use_date(column, facts, decision, false);
    if (ambiguous_dates(facts))
      decision.reason = "dates whose day and month cannot be told apart (write YYYY-MM-DD), taken as categories; ";
    if (keep) return use_levels(column, facts, decision, 1);
    if (facts.mean_length > static_cast<double>(free_text_bytes) && facts.distinct * 2 > present)
      return drop(decision, fmt::format("free text: {} of {} values differ, {:.0f} characters each on average",
                                        facts.distinct, present, facts.mean_length) +
                                cure(decision));
    if (facts.single == present) return drop(decision, "id-like: every value differs" + cure(decision));
    if (static_cast<double>(facts.single) > id_like_share * static_cast<double>(present))
      return drop(decision,
                  "id-like: " + percent(facts.single, present) + " of the values occur once" + cure(decision));
    return use_levels(column, facts, decision, 2);
  }

  /// A column of numbers but for one cell in a hundred (or one cell at all) is a column with errors, not categories.
  Result<void> refuse_stray_text(std::size_t column) const {
    const ColumnFacts& train = surveys_[column].train;
    const ColumnKinds& facts = surveys_[column].usable;
    if (train.numbers < std::max<std::size_t>(9, 9 * train.texts)) return {};
    const double allowed = std::max(1.0, stray_text_share * static_cast<double>(facts.present()));
    if (facts.texts == 0 || static_cast<double>(facts.texts) > allowed) return {};
    const std::string& name = table_.names()[column];
    return refuse(fmt::format(
        "'{}' line {}: '{}' stands in column '{}', where {} of {} values are numbers; correct the file, or say "
        "--columns {}=numeric (such text becomes a missing value) or --columns {}=categorical",
        path_, table_.line(facts.first_text_row), quoted(table_.cell(facts.first_text_row, column)), quoted(name),
        facts.numbers, facts.present(), name, name));
  }

  Result<void> plan_time(std::size_t column, const std::string& word, const ColumnFacts& facts,
                         ColumnDecision& decision) {
    if (word == "numeric" || (word == "keep" && facts.texts == 0)) return use_numbers(column, facts, decision, true);
    if (word == "date" || word == "keep") return use_date(column, facts, decision, true);
    decision.role = "time";
    if (facts.texts == 0 || word == "drop") {
      decision.reason = "orders the split; not a feature, since later times were never seen in training";
      return {};
    }
    HONE_TRY_VOID(use_date(column, facts, decision, true));
    plans_.used.back().without_year = true;
    decision.role = "time";
    decision.reason =
        "orders the split; month, weekday and time of day are features, the year is not, since later years "
        "were never seen in training";
    return {};
  }

  Result<void> use_numbers(std::size_t column, const ColumnFacts& facts, ColumnDecision& decision, bool forced) {
    if (forced && facts.numbers == 0)
      return refuse(fmt::format("--columns {}=numeric: no value of '{}' is a number ('{}', ...)", decision.name,
                                decision.name, quoted(first_value(column))));
    decision.role = "numeric";
    if (facts.texts > 0) say(decision, fmt::format("{} texts taken as missing", facts.texts));
    if (facts.missing + facts.texts > 0)
      say(decision, percent(facts.missing + facts.texts, facts.rows) + " missing: median, and an indicator");
    const ColumnKinds& usable = surveys_[column].usable;
    plans_.used.push_back({.column = column,
                           .role = ColumnRole::numeric,
                           .low = usable.low,
                           .high = usable.high,
                           .scaling = request_.scaling});
    return {};
  }

  Result<void> use_date(std::size_t column, const ColumnFacts& facts, ColumnDecision& decision, bool forced) {
    const auto order = date_order(facts);
    if (!order)
      return refuse(fmt::format("column '{}' of '{}' cannot be read as dates ('{}', ...){}; write YYYY-MM-DD",
                                decision.name, path_, quoted(first_value(column)),
                                ambiguous_dates(facts) ? ": day and month cannot be told apart" : ""));
    decision.role = "date";
    say(decision, "year, month, weekday, and the hour where there is one");
    if (facts.missing > 0) say(decision, percent(facts.missing, facts.rows) + " missing: an indicator");
    if (forced) say(decision, "as asked");
    plans_.used.push_back({.column = column, .role = ColumnRole::date, .order = *order});
    return {};
  }

  Result<void> use_levels(std::size_t column, const ColumnFacts& facts, ColumnDecision& decision,
                          std::size_t level_count_min) {
    const bool one_hot = facts.distinct <= one_hot_levels_max;
    decision.role = one_hot ? "categorical" : "embedding";
    if (facts.distinct == 1)
      say(decision, "one value or none: an input says which");
    else
      say(decision,
          fmt::format("{} levels: {}", facts.distinct,
                      one_hot ? (facts.distinct == 2 ? "one input" : "one input each") : "a learned embedding"));
    if (facts.texts > 0 && facts.numbers > facts.texts)
      say(decision, percent(facts.numbers, facts.present()) + " are numbers, the others are not");
    if (facts.missing > 0 && facts.distinct > 1)
      say(decision, percent(facts.missing, facts.rows) + (one_hot ? " missing: an indicator" : " missing: index 0"));
    plans_.used.push_back({.column = column,
                           .role = one_hot ? ColumnRole::categorical : ColumnRole::embedding,
                           .level_count_min = level_count_min});
    return {};
  }

  Result<void> drop(ColumnDecision& decision, std::string_view why) {
    decision.role = "dropped";
    decision.reason += why;
    return {};
  }

  static void say(ColumnDecision& decision, std::string what) {
    if (!decision.reason.empty() && !decision.reason.ends_with("; ")) decision.reason += "; ";
    decision.reason += what;
  }
  static std::string cure(const ColumnDecision& decision) { return " (--keep " + decision.name + " keeps it)"; }

  std::string_view first_value(std::size_t column) const {
    for (const std::uint32_t row : train_)
      if (!is_missing(table_.cell(row, column))) return table_.cell(row, column);
    return "";
  }

  std::string dropped_columns() const {
    std::vector<std::string> parts;
    for (const ColumnDecision& decision : plans_.decisions)
      if (decision.role != "target" && parts.size() < 10) parts.push_back(decision.name + " (" + decision.reason + ")");
    return parts.empty() ? "it has the target only" : join(parts, ", ");
  }

  const CsvTable& table_;
  std::span<const std::uint32_t> train_, usable_;
  const ColumnRequest& request_;
  const std::string& path_;
  std::vector<ColumnSurvey> surveys_;
  ColumnPlans plans_;
};

}  // namespace

Result<ColumnPlans> plan_columns(const CsvTable& table, std::span<const std::uint32_t> train,
                                 std::span<const std::uint32_t> usable, const ColumnRequest& request,
                                 const std::string& path) {
  return Planner(table, train, usable, request, path).plan();
}

std::optional<DateOrder> find_date_order(const CsvTable& table, std::size_t column,
                                         std::span<const std::uint32_t> rows) {
  return date_order(column_facts(table, column, rows));
}

}  // namespace hone
