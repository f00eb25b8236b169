/// Data sets of tables (CSV).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <tuple>
#include <utility>

#include "base/check.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "data/gzip.hpp"
#include "data/loaders.hpp"
#include "data/memory.hpp"
#include "data/plain_text.hpp"
#include "data/row_order.hpp"
#include "data/table_encoder.hpp"
#include "data/table_split.hpp"
#include "data/target.hpp"

namespace hone {
namespace {

/// A file that was read, with the hash of its content.
struct HashedTable {
  CsvTable table;
  std::uint64_t hash = 0;
};

Result<HashedTable> read_hashed(const std::string& path, const DataLimits& limits, std::vector<std::string>& notes) {
  HONE_TRY(DataText content, open_data_file(path, limits.mapped_file_bytes_min));
  const std::uint64_t hash = hash64(content.view());
  HONE_TRY(DataText text, plain_text(std::move(content), path, notes));
  HONE_TRY(CsvTable table, parse_csv(std::move(text), path, limits.csv));
  if (table.separator() != ',')
    notes.push_back(fmt::format("'{}' is separated by {}", path, table.separator() == '\t' ? "tabs" : "semicolons"));
  return HashedTable{std::move(table), hash};
}

/// What a table data set is made of before it is encoded.
struct TableParts {
  CsvTable main;
  std::optional<CsvTable> sealed;  ///< else `split.test` of main
  Rows sealed_rows;                ///< rows of `sealed` with a target
  std::string sealed_path;
  std::size_t target_column = 0;
  TargetColumn target;
  SplitRows split;  ///< rows of `main`
  ColumnPlans plans;
  std::string hash, stem;
  std::vector<std::string> notes;
};

/// Positions within target.rows of some of these rows; both lists ascend.
Rows positions_of(const Rows& rows, const TargetColumn& target) {
  Rows positions;
  std::size_t at = 0;
  for (const std::uint32_t row : rows) {
    while (target.rows[at] != row) ++at;
    positions.push_back(static_cast<std::uint32_t>(at));
  }
  return positions;
}

class TableDataset final : public Dataset {
 public:
  TableDataset(TableParts parts, TableEncoder encoder)
      : parts_(std::move(parts)), encoder_(std::move(encoder)), target_(encoder_.target()) {
    for (const ColumnPlan& plan : parts_.plans.used) columns_used_.push_back(plan.column);
    std::tie(train_, validation_) = encode(encoder_, parts_.split.train, parts_.split.validation);
  }

  const std::vector<ColumnDecision>& columns() const override { return parts_.plans.decisions; }
  const std::vector<std::string>& notes() const override { return parts_.notes; }
  std::string content_hash() const override { return parts_.hash; }
  std::string stem() const override { return parts_.stem; }
  const TargetInfo& target() const override { return target_; }
  std::size_t rows() const override { return parts_.target.rows.size(); }
  const EncodedPart& train() const override { return train_; }
  const EncodedPart& validation() const override { return validation_; }
  std::size_t test_rows() const override {
    return parts_.sealed ? parts_.sealed_rows.size() : parts_.split.test.size();
  }
  bool is_split_by_row() const override { return parts_.split.by_row; }
  std::vector<std::size_t> cardinalities() const override { return encoder_.cardinalities(); }
  std::vector<std::size_t> numeric_columns() const override { return encoder_.numeric_columns(); }
  std::vector<std::size_t> final_cardinalities() const override { return final_data().encoder->cardinalities(); }

  const Final& final_data() const override {
    std::call_once(final_once_, [this] { make_final(); });
    return final_;
  }

  /// The encoder of the search, fitted on `rows` of the main file: also what the final one is made by.
  static TableEncoder fit(const TableParts& parts, const Rows& rows) {
    TargetInfo target =
        fit_target(parts.target, parts.main.names()[parts.target_column], positions_of(rows, parts.target));
    return TableEncoder::fit(parts.main, parts.plans.used, rows, std::move(target));
  }

 private:
  std::pair<EncodedPart, EncodedPart> encode(const TableEncoder& encoder, std::span<const std::uint32_t> one,
                                             std::span<const std::uint32_t> other) const {
    auto parts = encoder.encode_parts(parts_.main, columns_used_, std::array{one, other}, parts_.target_column);
    return {std::move(parts[0]), std::move(parts[1])};
  }

  void make_final() const {
    const Rows rows = merged(parts_.split.train, parts_.split.validation);
    const auto encoder = std::make_shared<TableEncoder>(fit(parts_, rows));
    final_.target = encoder->target();
    std::tie(final_.train, final_.test) = encode(*encoder, rows, parts_.split.test);
    if (parts_.sealed) {
      const CsvTable& table = *parts_.sealed;
      const auto columns = encoder->match(table, parts_.sealed_path);
      HONE_CHECK(columns, "the sealed file was matched when it was loaded");
      const auto& names = table.names();
      const auto target = std::find(names.begin(), names.end(), encoder->target().name) - names.begin();
      final_.test = encoder->encode_part(table, *columns, parts_.sealed_rows, static_cast<std::size_t>(target));
    }
    final_.encoder = encoder;
  }

  TableParts parts_;
  TableEncoder encoder_;
  TargetInfo target_;
  std::vector<std::size_t> columns_used_;  // of the table, one per column of the encoder
  EncodedPart train_, validation_;
  mutable std::once_flag final_once_;
  mutable Final final_;
};

Result<std::size_t> find_column(const CsvTable& table, const std::string& name, std::string_view flag,
                                const std::string& path) {
  const auto found = std::find(table.names().begin(), table.names().end(), name);
  if (found != table.names().end()) return static_cast<std::size_t>(found - table.names().begin());
  const auto shown = std::span(table.names()).first(std::min<std::size_t>(table.columns(), 30));
  return refuse(fmt::format("'{}' has no column '{}' ({}): {}; its columns are: {}{}", path, quoted(name), flag,
                            suggest_name(name, table.names()), quoted(join(shown, ", "), 1000),
                            shown.size() < table.columns() ? ", ..." : ""));
}

Result<std::size_t> find_target(const CsvTable& table, const DataOptions& options) {
  if (!options.target.empty()) return find_column(table, options.target, "--target", options.path);
  const auto shown = std::span(table.names()).first(std::min<std::size_t>(table.columns(), 30));
  return refuse(
      fmt::format("which column of '{}' is to be predicted? say --target NAME, for example --target {}; its "
                  "columns are: {}{}",
                  options.path, quoted(table.names().back()), quoted(join(shown, ", "), 1000),
                  shown.size() < table.columns() ? ", ..." : ""));
}

/// "income: 2 classes (<=50K 75.9 %, >50K 24.1 %)" or the range of values.
void note_target(TableParts& parts, bool task_given) {
  const TargetColumn& target = parts.target;
  const std::string& name = parts.main.names()[parts.target_column];
  const char* found = task_given ? "" : ", found from the target (--task overrides)";
  if (target.task == Task::regression) {
    const auto [low, high] = std::minmax_element(target.values.begin(), target.values.end());
    parts.notes.push_back(fmt::format("regression of '{}': {} to {}, {} different values{}", name, number_text(*low),
                                      number_text(*high), count_text(target.distinct), found));
  } else {
    std::vector<std::size_t> counts(target.classes.size());
    for (const std::int32_t label : target.labels) ++counts[static_cast<std::size_t>(label)];
    std::vector<std::string> shares, single;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const double share = 100.0 * static_cast<double>(counts[i]) / static_cast<double>(target.labels.size());
      if (i < 6) shares.push_back(fmt::format("{} {:.3g} %", quoted(target.classes[i], 30), share));
      if (counts[i] == 1) single.push_back("'" + quoted(target.classes[i], 30) + "'");
    }
    parts.notes.push_back(fmt::format("classification of '{}': {} classes ({}{}){}", name, counts.size(),
                                      join(shares, ", "), counts.size() > 6 ? ", ..." : "", found));
    if (!single.empty())
      parts.notes.push_back(fmt::format("classes with one member, kept in training: {}", join(single, ", ")));
  }
  if (const std::size_t dropped = parts.main.rows() - target.rows.size(); dropped > 0)
    parts.notes.push_back(fmt::format("{} rows without '{}' are left out", count_text(dropped), name));
}

/// The file that is the sealed part: its columns must fit, its targets must be known. Nothing else is read from it.
Result<void> read_sealed(TableParts& parts, const DataOptions& options, const TableEncoder& encoder,
                         std::string& hashes) {
  HONE_TRY(HashedTable sealed, read_hashed(options.test, options.limits, parts.notes));
  hashes += fmt::format(" {:016x}", sealed.hash);
  const CsvTable& table = sealed.table;
  HONE_TRY(const std::size_t column, find_column(table, encoder.target().name, "the target", options.test));
  const auto matched = encoder.match(table, options.test);
  if (!matched) return std::unexpected(matched.error());
  Rows rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view cell = table.cell(row, column);
    const auto number = cell_number(cell);
    if (!is_missing(cell) && !(number && std::isnan(*number))) rows.push_back(static_cast<std::uint32_t>(row));
  }
  if (rows.empty())
    return refuse(fmt::format("'{}' has no row with a target '{}'", options.test, encoder.target().name));
  const EncodedTargets targets = encode_targets(table, column, rows, encoder.target());
  if (!targets.unknown_rows.empty()) {
    const std::uint32_t row = targets.unknown_rows[0];
    return refuse(
        fmt::format("'{}' line {}: '{}' of the target '{}' does not occur in '{}' (known: {}); correct it, or "
                    "remove such rows",
                    options.test, table.line(row), quoted(table.cell(row, column)), encoder.target().name, options.path,
                    quoted(join(encoder.target().classes, ", "), 200)));
  }
  if (const std::size_t dropped = table.rows() - rows.size(); dropped > 0)
    parts.notes.push_back(fmt::format("{} rows of '{}' without '{}' are left out", count_text(dropped), options.test,
                                      encoder.target().name));
  parts.sealed = std::move(sealed.table);
  parts.sealed_rows = std::move(rows);
  parts.sealed_path = options.test;
  return {};
}

/// Will text, cells and both encodings fit?
Result<void> check_room(const TableParts& parts, const TableEncoder& encoder, const std::string& path) {
  const auto held = [](const CsvTable& table) { return table.is_mapped() ? 0 : table.text_bytes(); };
  MemoryEstimate need{.file_bytes = held(parts.main) + (parts.sealed ? held(*parts.sealed) : 0),
                      .rows = parts.main.rows() + (parts.sealed ? parts.sealed->rows() : 0),
                      .columns = parts.main.columns(),
                      .dense_width = encoder.dense_width(),
                      .category_width = encoder.cardinalities().size(),
                      .streamed = parts.main.blocks() > 1};
  need.can_spill = can_spill(need.encoded_bytes());
  return check_memory(path, need, available_memory_bytes() + held(parts.main));
}

/// Values so far out that the scaling cuts them off are named.
void note_far_values(TableParts& parts, const TableEncoder& encoder) {
  const auto all = encoder.far_values(parts.main, parts.plans.used, parts.target.rows);
  for (std::size_t c = 0; c < parts.plans.used.size(); ++c) {
    const auto& far = all[c];
    if (far.count == 0) continue;
    const std::string text =
        fmt::format("{} far out (line {}: {}), drawn in by scaling",
                    far.count == 1 ? "1 value" : fmt::format("{} values", far.count), parts.main.line(far.row),
                    quoted(parts.main.cell(far.row, parts.plans.used[c].column)));
    ColumnDecision& decision = parts.plans.decisions[parts.plans.used[c].column];
    decision.reason += (decision.reason.empty() ? "" : "; ") + text;
    parts.notes.push_back(fmt::format("column '{}': {}", decision.name, text));
  }
}

}  // namespace

Result<std::unique_ptr<Dataset>> load_table(const DataOptions& options) {
  TableParts parts;
  HONE_TRY(HashedTable main, read_hashed(options.path, options.limits, parts.notes));
  parts.main = std::move(main.table);
  std::string hashes = fmt::format("{:016x}", main.hash);
  HONE_TRY(parts.target_column, find_target(parts.main, options));
  HONE_TRY(parts.target, read_target(parts.main, parts.target_column, options.task, options.path));
  note_target(parts, options.task.has_value());

  ColumnRequest request{.target = parts.target_column, .overrides = options.columns, .scaling = options.scaling};
  if (!options.split_by.empty()) {
    HONE_TRY(request.group, find_column(parts.main, options.split_by, "--split-by", options.path));
  }
  if (!options.time_column.empty()) {
    HONE_TRY(request.time, find_column(parts.main, options.time_column, "--time-column", options.path));
  }
  const SplitShares shares{options.test.empty() ? options.test_share : 0, options.validation_share};
  HONE_TRY(parts.split,
           split_table(parts.main, parts.target, request, shares, options.seed, options.path, parts.notes));
  HONE_TRY(parts.plans, plan_columns(parts.main, parts.split.train, parts.target.rows, request, options.path));
  TableEncoder encoder = TableDataset::fit(parts, parts.split.train);
  if (!options.test.empty()) HONE_TRY_VOID(read_sealed(parts, options, encoder, hashes));
  HONE_TRY_VOID(check_room(parts, encoder, options.path));
  note_far_values(parts, encoder);
  parts.notes.push_back(fmt::format("rows: {}{}",
                                    parts_text(parts.split.train.size(), parts.split.validation.size(),
                                               parts.sealed ? parts.sealed_rows.size() : parts.split.test.size()),
                                    parts.sealed ? fmt::format(" ('{}')", options.test) : ""));
  parts.hash = dataset_hash(options, hashes);
  parts.stem = stem_of(options.path);
  return std::make_unique<TableDataset>(std::move(parts), std::move(encoder));
}

}  // namespace hone
