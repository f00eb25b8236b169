/// Data sets of byte images (IDX).
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <set>

#include "base/files.hpp"
#include "base/text.hpp"
#include "data/image_encoder.hpp"
#include "data/loaders.hpp"

namespace hone {
namespace {

/// What an IDX data set is made of before it is encoded.
struct ImageParts {
  LabelledImages main;
  std::optional<LabelledImages> sealed;  ///< else `split.test` of main
  SplitRows split;
  TargetInfo target;
  std::string hash, stem;
  std::vector<std::string> notes;
};

Rows all_rows(const LabelledImages& images) {
  Rows rows(images.images.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

class ImageDataset final : public Dataset {
 public:
  explicit ImageDataset(ImageParts parts)
      : parts_(std::move(parts)), encoder_(ImageEncoder::fit(parts_.main.images, parts_.split.train, parts_.target)) {
    train_ = part(encoder_, parts_.main, parts_.split.train);
    validation_ = part(encoder_, parts_.main, parts_.split.validation);
    const auto& shape = parts_.main.images.shape;
    columns_.push_back({.name = "image",
                        .role = "numeric",
                        .reason = fmt::format("{} bytes each, shifted and scaled together",
                                              shape.size() == 3 ? fmt::format("{} x {}", shape[1], shape[2])
                                                                : std::to_string(parts_.main.images.row_bytes())),
                        .missing = 0,
                        .distinct = 256});
    columns_.push_back(
        {.name = "label", .role = "target", .reason = "", .missing = 0, .distinct = parts_.target.classes.size()});
  }

  const std::vector<ColumnDecision>& columns() const override { return columns_; }
  const std::vector<std::string>& notes() const override { return parts_.notes; }
  std::string content_hash() const override { return parts_.hash; }
  std::string stem() const override { return parts_.stem; }
  const TargetInfo& target() const override { return parts_.target; }
  std::size_t rows() const override { return parts_.main.images.rows(); }
  const EncodedPart& train() const override { return train_; }
  const EncodedPart& validation() const override { return validation_; }
  std::size_t test_rows() const override {
    return parts_.sealed ? parts_.sealed->images.rows() : parts_.split.test.size();
  }
  bool is_split_by_row() const override { return parts_.split.by_row; }
  std::vector<std::size_t> cardinalities() const override { return {}; }
  std::vector<std::size_t> final_cardinalities() const override { return {}; }
  std::vector<std::size_t> numeric_columns() const override { return {}; }

  const Final& final_data() const override {
    std::call_once(final_once_, [this] {
      const Rows rows = merged(parts_.split.train, parts_.split.validation);
      const auto encoder = std::make_shared<ImageEncoder>(ImageEncoder::fit(parts_.main.images, rows, parts_.target));
      final_.target = parts_.target;
      final_.train = part(*encoder, parts_.main, rows);
      final_.test = parts_.sealed ? part(*encoder, *parts_.sealed, all_rows(*parts_.sealed))
                                  : part(*encoder, parts_.main, parts_.split.test);
      final_.encoder = encoder;
    });
    return final_;
  }

 private:
  EncodedPart part(const ImageEncoder& encoder, const LabelledImages& from, const Rows& rows) const {
    EncodedPart encoded{encoder.encode(from.images, rows), {}};
    std::vector<std::int32_t> label_of(256, 0);
    for (std::size_t i = 0; i < parts_.target.classes.size(); ++i)
      label_of[static_cast<std::size_t>(*parse_integer(parts_.target.classes[i]))] = static_cast<std::int32_t>(i);
    for (const std::uint32_t row : rows) encoded.targets.labels.push_back(label_of[from.labels[row]]);
    return encoded;
  }

  ImageParts parts_;
  ImageEncoder encoder_;
  EncodedPart train_, validation_;
  std::vector<ColumnDecision> columns_;
  mutable std::once_flag final_once_;
  mutable Final final_;
};

std::uint64_t hash_of(const LabelledImages& images) {
  const auto text = [](std::span<const std::uint8_t> bytes) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  std::string all = fmt::format("{:016x} {:016x}", hash64(text(images.images.bytes)), hash64(text(images.labels)));
  for (const std::size_t size : images.images.shape) all += fmt::format(" {}", size);
  return hash64(all);
}

Result<void> check_rules(const DataOptions& options) {
  if (!options.target.empty() && options.target != "label")
    return refuse(
        fmt::format("images have no column '{}': their target is 'label'; leave --target out", quoted(options.target)));
  if (!options.split_by.empty() || !options.time_column.empty() || !options.columns.empty() ||
      options.scaling != ScalingKind::standard)
    return refuse("images have no columns: leave --split-by, --time-column, --columns, --keep and --scaling out");
  if (options.task == Task::regression) return refuse("labels of IDX files are classes: leave --task regression out");
  return {};
}

Result<LabelledImages> read_labelled(const IdxPair& paths) {
  if (paths.labels.empty())
    return refuse(
        fmt::format("no labels beside '{}': a file with 'labels-idx1' in place of 'images-idx3' in its name is "
                    "needed",
                    paths.images));
  return read_images(paths);
}

}  // namespace

Result<std::unique_ptr<Dataset>> load_images(const DataOptions& options, const IdxPaths& paths) {
  HONE_TRY_VOID(check_rules(options));
  ImageParts parts;
  HONE_TRY(parts.main, read_labelled(paths.main));
  std::optional<IdxPair> sealed = paths.sealed;
  if (!options.test.empty()) {
    HONE_TRY(const IdxPaths test, find_idx(options.test));
    sealed = test.main;
  }
  const std::size_t rows = parts.main.images.rows();
  if (rows < 10) return refuse(fmt::format("'{}' has {} images; at least 10 are needed", paths.main.images, rows));
  std::set<std::uint8_t> seen(parts.main.labels.begin(), parts.main.labels.end());
  if (seen.size() < 2)
    return refuse(
        fmt::format("'{}': every label is {}; there is nothing to be learned", paths.main.labels, *seen.begin()));
  parts.target.name = "label";
  for (const std::uint8_t label : seen) parts.target.classes.push_back(std::to_string(label));
  std::string hashes = fmt::format("{:016x}", hash_of(parts.main));
  if (sealed) {
    HONE_TRY(parts.sealed, read_labelled(*sealed));
    if (parts.sealed->images.row_bytes() != parts.main.images.row_bytes())
      return refuse(fmt::format("'{}' has {} bytes per image, '{}' has {}", sealed->images,
                                parts.sealed->images.row_bytes(), paths.main.images, parts.main.images.row_bytes()));
    for (const std::uint8_t label : parts.sealed->labels)
      if (!seen.contains(label))
        return refuse(fmt::format("label {} of '{}' does not occur in '{}'; remove those images, or correct the labels",
                                  label, sealed->labels, paths.main.labels));
    hashes += fmt::format(" {:016x}", hash_of(*parts.sealed));
  }
  std::vector<std::int32_t> labels(parts.main.labels.begin(), parts.main.labels.end());
  parts.split = split_random(rows, labels, {sealed ? 0 : options.test_share, options.validation_share}, options.seed);
  DataOptions rules = options;
  if (sealed) rules.test = "file";
  rules.target = "label";
  parts.hash = dataset_hash(rules, hashes);
  parts.stem = resolve_known(options.path) == options.path ? stem_of(options.path) : options.path;
  const std::size_t test_rows = sealed ? parts.sealed->images.rows() : parts.split.test.size();
  parts.notes.push_back(fmt::format("classification of 'label': {} classes", seen.size()));
  parts.notes.push_back(fmt::format("images: {}{}",
                                    parts_text(parts.split.train.size(), parts.split.validation.size(), test_rows),
                                    sealed ? fmt::format(" ('{}')", sealed->images) : ""));
  for (const std::uint8_t label : seen)
    if (std::count(parts.main.labels.begin(), parts.main.labels.end(), label) == 1)
      parts.notes.push_back(fmt::format("class '{}' has one member: kept in training", label));
  return std::make_unique<ImageDataset>(std::move(parts));
}

}  // namespace hone
