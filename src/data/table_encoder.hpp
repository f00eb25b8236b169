/// The encoder of tables: what was learned about each column from the training rows.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/column_code.hpp"
#include "data/column_plan.hpp"
#include "data/csv.hpp"
#include "data/dataset.hpp"

namespace hone {

constexpr std::array<const char*, 4> date_part_names{"year", "month", "weekday", "hour"};

class TableEncoder final : public Encoder {
 public:
  TableEncoder(TargetInfo target, std::vector<ColumnCode> columns);

  /// Learns from `rows` of `table` and nothing else.
  static TableEncoder fit(const CsvTable& table, std::span<const ColumnPlan> plans, std::span<const std::uint32_t> rows,
                          TargetInfo target);

  /// Where each column of the encoder stands in `table`. Errors: columns that are missing, or hold mostly text where
  /// numbers or dates are needed; all of them are named. `path` is for messages.
  Result<std::vector<std::size_t>> match(const CsvTable& table, const std::string& path) const;
  /// Encodes several lists of rows, each ascending, in one pass over the table. `columns` from match(); `target_column`
  /// of the table, or no_target: then there are no targets. Cost: linear in the cells.
  std::vector<EncodedPart> encode_parts(const CsvTable& table, std::span<const std::size_t> columns,
                                        std::span<const std::span<const std::uint32_t>> parts,
                                        std::size_t target_column) const;
  EncodedPart encode_part(const CsvTable& table, std::span<const std::size_t> columns,
                          std::span<const std::uint32_t> rows, std::size_t target_column) const {
    return std::move(encode_parts(table, columns, std::span(&rows, 1), target_column).front());
  }
  Features encode(const CsvTable& table, std::span<const std::size_t> columns,
                  std::span<const std::uint32_t> rows) const {
    return encode_part(table, columns, rows, no_target).features;
  }
  static constexpr std::size_t no_target = static_cast<std::size_t>(-1);

  /// Values of a numeric column so far from its centre that the scaling cuts them off.
  struct FarValues {
    std::size_t count = 0;
    std::uint32_t row = 0;  ///< the first of them
  };
  /// One for each column of the encoder, which was fitted by `plans`; `rows` ascend. Visits cells only of columns whose
  /// lowest or highest value is far.
  std::vector<FarValues> far_values(const CsvTable& table, std::span<const ColumnPlan> plans,
                                    std::span<const std::uint32_t> rows) const;

  std::string to_json() const override;
  const TargetInfo& target() const override { return target_; }
  std::size_t dense_width() const override { return dense_width_; }
  std::vector<std::size_t> cardinalities() const override;
  std::vector<std::size_t> numeric_columns() const override;
  Result<EncodedPart> encode_file(const std::string& path, std::vector<std::string>& notes) const override;
  Result<OnnxFeatures> to_onnx(OnnxGraph& graph) const override;

 private:
  TargetInfo target_;
  std::vector<ColumnCode> columns_;
  std::size_t dense_width_ = 0;
};

/// A file as a table: read, unpacked, checked to be text, parsed.
Result<CsvTable> read_table(const std::string& path, std::vector<std::string>& notes);

}  // namespace hone
