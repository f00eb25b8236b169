/// The two kinds of data sets; load_dataset() chooses.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/idx.hpp"
#include "data/split.hpp"

namespace hone {

Result<std::unique_ptr<Dataset>> load_table(const DataOptions& options);
Result<std::unique_ptr<Dataset>> load_images(const DataOptions& options, const IdxPaths& paths);

/// Hash of everything that decides what ends up in which part: contents, target, choices, rules, seed.
std::string dataset_hash(const DataOptions& options, std::string_view content_hashes);
/// "26,049 train, 6,512 validation, 16,281 sealed test".
std::string parts_text(std::size_t train, std::size_t validation, std::size_t test);
/// 1234567 -> "1,234,567".
std::string count_text(std::size_t count);
/// File name without folder and endings: "train" of "/data/train.csv.gz".
std::string stem_of(const std::string& path);
/// Both parts as one ascending list: what the final training uses.
Rows merged(const Rows& a, const Rows& b);

}  // namespace hone
