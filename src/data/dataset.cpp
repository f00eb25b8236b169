#include "data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/files.hpp"
#include "base/text.hpp"
#include "data/gzip.hpp"
#include "data/image_encoder.hpp"
#include "data/loaders.hpp"

namespace hone {
namespace {

const KnownDataset* find_known(std::string_view name) {
  for (const KnownDataset& known : known_datasets())
    if (known.name == name) return &known;
  return nullptr;
}

Result<void> check_options(const DataOptions& options) {
  if (options.path.empty()) return refuse("no data named: give a CSV file, a folder of IDX files, or a known data set");
  for (const double share : {options.test_share, options.validation_share})
    if (!(share > 0 && share < 1))
      return refuse(fmt::format("a share of {} is not possible: shares lie between 0 and 1", share));
  if (!options.split_by.empty() && !options.time_column.empty())
    return refuse(fmt::format("--split-by {} and --time-column {} exclude each other: choose one", options.split_by,
                              options.time_column));
  return {};
}

/// The place exists, or the message says what could have been meant.
Result<void> check_place(const std::string& given, const std::string& place) {
  std::error_code error;
  if (std::filesystem::exists(place, error)) return {};
  if (const KnownDataset* known = find_known(given))
    return refuse(fmt::format("'{}' is not installed ('{}' is missing); get it with: apt-get install {}", given, place,
                              known->package));
  std::vector<std::string> names;
  for (const KnownDataset& known : known_datasets()) names.emplace_back(known.name);
  return refuse(
      fmt::format("'{}' is neither a file nor a folder, and no known data set; {}", given, suggest_name(given, names)));
}

/// True if the file's first bytes, unpacked, are those of IDX.
Result<bool> holds_idx(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return true;
  const std::string name = std::filesystem::path(path).filename().string();
  if (name.ends_with(".csv") || name.ends_with(".csv.gz")) return false;  // need not be read twice
  HONE_TRY(const DataText content, open_data_file(path));
  return is_idx(content.view());
}

}  // namespace

std::string resolve_known(const std::string& path) {
  std::error_code error;
  const KnownDataset* known = find_known(path);
  return known && !std::filesystem::exists(path, error) ? std::string(known->path) : path;
}

std::string dataset_hash(const DataOptions& options, std::string_view content_hashes) {
  std::string all = fmt::format("data 1\n{}\n", content_hashes);
  const auto add = [&](std::string_view key, std::string_view value) {
    all += fmt::format("{}:{}:{}\n", key, value.size(), value);
  };
  add("target", options.target);
  add("task", !options.task ? "" : *options.task == Task::regression ? "regression" : "classification");
  for (const auto& [column, word] : options.columns) {
    add("column", column);
    add("as", word);
  }
  add("split_by", options.split_by);
  add("time_column", options.time_column);
  if (options.scaling != ScalingKind::standard)
    add("scaling", scaling_names[static_cast<std::size_t>(options.scaling)]);
  add("seed", std::to_string(options.seed));
  add("test_share", options.test.empty() ? number_text(options.test_share) : "file");
  add("validation_share", number_text(options.validation_share));
  return hash_text(all);
}

std::string count_text(std::size_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string parts_text(std::size_t train, std::size_t validation, std::size_t test) {
  return fmt::format("{} train, {} validation, {} sealed test", count_text(train), count_text(validation),
                     count_text(test));
}

std::string stem_of(const std::string& path) {
  std::filesystem::path file(path);
  if (!file.has_filename()) file = file.parent_path();
  file = file.filename();
  if (file.extension() == ".gz") file = file.stem();
  return file.extension() == ".csv" || file.extension() == ".tsv" ? file.stem().string() : file.string();
}

Rows merged(const Rows& a, const Rows& b) {
  Rows both;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

Result<std::unique_ptr<Dataset>> load_dataset(const DataOptions& options) {
  HONE_TRY_VOID(check_options(options));
  const std::string place = resolve_known(options.path);
  HONE_TRY_VOID(check_place(options.path, place));
  HONE_TRY(const bool images, holds_idx(place));
  if (!images) return load_table(options);
  HONE_TRY(const IdxPaths paths, find_idx(place));
  return load_images(options, paths);
}

}  // namespace hone
