#include "data/column_facts.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "data/cell.hpp"
#include "data/distinct.hpp"

namespace hone {
namespace {

/// One cell, read once.
struct Reading {
  std::string_view text;
  double number = 0;
  bool is_number = false, missing = false;
};

Reading read(const CsvTable& table, std::uint32_t row, std::size_t column) {
  Reading cell{.text = table.cell(row, column)};
  cell.is_number = read_cell_number(cell.text, cell.number, table.readable_before(cell.text));
  cell.missing = cell.is_number ? std::isnan(cell.number) : is_missing(cell.text);
  return cell;
}

void count(ColumnKinds& kinds, std::uint32_t row, const Reading& cell) {
  if (cell.missing) {
    ++kinds.missing;
  } else if (cell.is_number) {
    kinds.low = kinds.numbers == 0 ? cell.number : std::min(kinds.low, cell.number);
    kinds.high = kinds.numbers == 0 ? cell.number : std::max(kinds.high, cell.number);
    ++kinds.numbers;
  } else if (kinds.texts++ == 0) {
    kinds.first_text_row = row;
  }
}

/// Gathers the facts of one column, cell by cell.
class FactCounter {
 public:
  explicit FactCounter(std::size_t rows) : distinct_(rows) { facts_.rows = rows; }

  void add(std::uint32_t row, const Reading& cell) {
    if (cell.missing) {
      ++facts_.missing;
      return;
    }
    distinct_.add(text_key(cell.text));
    length_ += cell.text.size();
    if (cell.is_number)
      add_number(cell.number);
    else
      add_text(row, cell.text);
  }

  ColumnFacts finish() {
    const auto counts = distinct_.finish();
    facts_.distinct = counts.distinct;
    facts_.single = counts.single;
    if (facts_.present() > 0) facts_.mean_length = static_cast<double>(length_) / static_cast<double>(facts_.present());
    return facts_;
  }

 private:
  void add_number(double number) {
    facts_.rising = facts_.rising && (facts_.numbers == 0 || number > facts_.high);
    facts_.low = facts_.numbers == 0 ? number : std::min(facts_.low, number);
    facts_.high = facts_.numbers == 0 ? number : std::max(facts_.high, number);
    facts_.integers += number == std::floor(number);
    ++facts_.numbers;
  }

  void add_text(std::uint32_t row, std::string_view cell) {
    if (facts_.texts++ == 0) facts_.first_text_row = row;
    if (cell.front() < '0' || cell.front() > '9') return;  // as no date begins
    facts_.dates_year_first += cell_date(cell, DateOrder::year_first).has_value();
    const auto by_day = cell_date(cell, DateOrder::day_first), by_month = cell_date(cell, DateOrder::month_first);
    facts_.dates_day_first += by_day.has_value();
    facts_.dates_month_first += by_month.has_value();
    facts_.day_and_month_differ = facts_.day_and_month_differ || by_day.has_value() != by_month.has_value();
  }

  ColumnFacts facts_;
  DistinctCounter distinct_;
  std::size_t length_ = 0;
};

}  // namespace

std::size_t columns_per_pass(std::size_t bytes_per_column) {
  return std::max<std::size_t>(1, scratch_bytes_max / std::max<std::size_t>(1, bytes_per_column));
}

std::vector<ColumnSurvey> survey_columns(const CsvTable& table, std::span<const std::uint32_t> train,
                                         std::span<const std::uint32_t> usable) {
  std::vector<ColumnSurvey> surveys(table.columns());
  const std::size_t step = columns_per_pass(8 * train.size());
  std::vector<char> trains;  // whether each of the rows at hand is one of training
  for (std::size_t from = 0; from < surveys.size(); from += step) {
    const std::size_t columns = std::min(step, surveys.size() - from);
    std::vector<FactCounter> counters;
    for (std::size_t c = 0; c < columns; ++c) counters.emplace_back(train.size());
    std::size_t next = 0;
    for_each_block(table, usable, [&](std::size_t, std::span<const std::uint32_t> rows) {
      trains.assign(rows.size(), false);
      for (std::size_t i = 0; i < rows.size(); ++i)
        if (next < train.size() && train[next] == rows[i]) {
          trains[i] = true;
          ++next;
        }
      for (std::size_t c = 0; c < columns; ++c) {
        ColumnKinds kinds = surveys[from + c].usable;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const Reading cell = read(table, rows[i], from + c);
          count(kinds, rows[i], cell);
          if (trains[i]) counters[c].add(rows[i], cell);
        }
        surveys[from + c].usable = kinds;
      }
    });
    for (std::size_t c = 0; c < columns; ++c) surveys[from + c].train = counters[c].finish();
  }
  return surveys;
}

ColumnFacts column_facts(const CsvTable& table, std::size_t column, std::span<const std::uint32_t> rows) {
  FactCounter counter(rows.size());
  for_each_block(table, rows, [&](std::size_t, std::span<const std::uint32_t> in_block) {
    for (const std::uint32_t row : in_block) counter.add(row, read(table, row, column));
  });
  return counter.finish();
}

}  // namespace hone
