/// A data set from file to network input: reading, deciding about columns, splitting, encoding.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/csv_limits.hpp"
#include "data/features.hpp"
#include "data/numeric_scaling.hpp"

namespace hone {

/// From which sizes on a table is read in another way; results do not depend on it. Tests make them small.
struct DataLimits {
  CsvLimits csv;
  std::size_t mapped_file_bytes_min = hone::mapped_file_bytes_min;
};

struct DataOptions {
  std::string path;          ///< CSV (.gz too), a folder or a file of IDX (.gz too), or the name of a known data set
  std::string target;        ///< column name; "" for IDX
  std::optional<Task> task;  ///< nothing: found from the target and said
  std::map<std::string, std::string> columns;  ///< column -> "categorical" | "numeric" | "date" | "drop" | "keep"
  std::string test;                            ///< file that is the sealed test set, or ""
  std::string split_by;                        ///< groups never cross a split, or ""
  std::string time_column;  ///< the latest rows are the sealed test, those before them validation, or ""
  ScalingKind scaling = ScalingKind::standard;      ///< of numeric columns
  std::uint64_t seed = 0;                           ///< of the split
  double test_share = 0.2, validation_share = 0.2;  ///< of all rows; of the rest
  DataLimits limits;
};

/// What was decided about one column, for people and for columns.json.
struct ColumnDecision {
  std::string name;
  std::string role;    ///< "numeric", "categorical", "embedding", "date", "target", "group", "time", "dropped"
  std::string reason;  ///< "12 % missing: indicator added", "id-like: every value differs", ...
  std::size_t missing = 0, distinct = 0;
};

/// Everything that turns raw rows into features, fitted on training rows only, immutable, kept in the model file.
class Encoder;

/// A loaded, split data set. Immutable and shared by all trials.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual const std::vector<ColumnDecision>& columns() const = 0;
  /// Lines for people: what was decided (task found, rows dropped, values clipped, rows that look ordered, ...).
  virtual const std::vector<std::string>& notes() const = 0;
  /// Of the content of all files, target, column choices and split rules; equal hash means equal splits.
  virtual std::string content_hash() const = 0;
  virtual std::string stem() const = 0;  ///< "fashion-mnist", "train": for study names
  virtual const TargetInfo& target() const = 0;
  virtual std::size_t rows() const = 0;

  /// For the search: encoder fitted on the training part.
  virtual const EncodedPart& train() const = 0;
  virtual const EncodedPart& validation() const = 0;
  /// For the final training: encoder refitted on train + validation, and the sealed part through that encoder.
  /// Computed at the first call, then kept. Thread safe.
  struct Final {
    std::shared_ptr<const Encoder> encoder;
    TargetInfo target;
    EncodedPart train, test;
  };
  virtual const Final& final_data() const = 0;
  virtual std::size_t test_rows() const = 0;
  /// True if rows were drawn one by one at random, so that rows of training and validation may be dealt anew.
  virtual bool is_split_by_row() const = 0;

  /// Cardinalities (levels + 1 for missing or unseen) of the embedding columns of the two encoders.
  virtual std::vector<std::size_t> cardinalities() const = 0;
  virtual std::vector<std::size_t> final_cardinalities() const = 0;
  /// Dense columns of train() that are numbers, not indicators or levels.
  virtual std::vector<std::size_t> numeric_columns() const = 0;
};

/// Reads, decides, splits, encodes. Errors (`invalid_argument` with place and cure): missing, empty, binary, truncated
/// or unreadable file; ragged rows; no header; duplicate column names; target missing, constant or not named; fewer
/// than 10 usable rows; a column 99 % numeric with other text; too large for memory (with the estimate).
Result<std::unique_ptr<Dataset>> load_dataset(const DataOptions& options);

class OnnxGraph;
/// Features as tensors of a graph of operators.
struct OnnxFeatures {
  std::string dense;                    ///< float32 (rows, dense_width); "" if that width is 0
  std::vector<std::string> categories;  ///< int64 (rows), one per embedding column; 0 stands for missing or unseen
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Text (JSON) that `parse_encoder` reads back; goes into the model file and columns.json.
  virtual std::string to_json() const = 0;
  virtual const TargetInfo& target() const = 0;
  virtual std::size_t dense_width() const = 0;
  virtual std::vector<std::size_t> cardinalities() const = 0;
  /// Dense columns that are numbers, not indicators or levels.
  virtual std::vector<std::size_t> numeric_columns() const = 0;
  /// Reads and encodes a file for prediction; the target column is optional there (targets stay empty without it).
  /// Errors: columns that do not fit, all of them named.
  virtual Result<EncodedPart> encode_file(const std::string& path, std::vector<std::string>& notes) const = 0;
  /// The same preprocessing as operators, with one input per column (docs/formats/onnx.md). Errors: what the graph
  /// cannot express, by name.
  virtual Result<OnnxFeatures> to_onnx(OnnxGraph& graph) const = 0;
};
Result<std::unique_ptr<Encoder>> parse_encoder(std::string_view json);

/// Data sets known by name: the name, where Debian puts it, and the package that brings it.
struct KnownDataset {
  std::string_view name, path, package, summary;
};
std::span<const KnownDataset> known_datasets();

}  // namespace hone
