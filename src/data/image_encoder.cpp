#include "data/image_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "base/text.hpp"

namespace hone {

Result<LabelledImages> read_images(const IdxPair& paths) {
  LabelledImages both;
  HONE_TRY(DataText content, open_data_file(paths.images));
  both.content = std::make_shared<const DataText>(std::move(content));
  HONE_TRY(both.images, parse_idx(both.content->view(), paths.images));
  if (paths.labels.empty()) return both;
  HONE_TRY(const std::string label_content, read_data_file(paths.labels));
  HONE_TRY(IdxArray labels, parse_idx(label_content, paths.labels));
  if (labels.shape.size() != 1 || labels.rows() != both.images.rows())
    return refuse(fmt::format("'{}' has {} images and '{}' has {} labels; they do not belong together", paths.images,
                              both.images.rows(), paths.labels, labels.bytes.size()));
  both.labels.assign(labels.bytes.begin(), labels.bytes.end());
  return both;
}

ImageEncoder ImageEncoder::fit(const IdxArray& images, std::span<const std::uint32_t> rows, TargetInfo target) {
  const std::size_t width = images.row_bytes();
  std::array<std::uint64_t, 256> counts{};
  for (const std::uint32_t row : rows)
    for (std::size_t i = 0; i < width; ++i) ++counts[images.bytes[row * width + i]];
  double total = 0, sum = 0, squares = 0;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    total += static_cast<double>(counts[value]);
    sum += static_cast<double>(counts[value]) * static_cast<double>(value);
  }
  const double mean = sum / total;
  for (std::size_t value = 0; value < counts.size(); ++value)
    squares += static_cast<double>(counts[value]) * std::pow(static_cast<double>(value) - mean, 2);
  const double deviation = squares > 0 ? std::sqrt(squares / total) : 1;
  return ImageEncoder(std::move(target), width, static_cast<float>(1 / deviation),
                      static_cast<float>(-mean / deviation));
}

Features ImageEncoder::encode(const IdxArray& images, std::span<const std::uint32_t> rows) const {
  Features features;
  features.rows = rows.size();
  features.dense_width = width_;
  features.byte_scale = scale_;
  features.byte_shift = shift_;
  features.bytes.resize(rows.size() * width_);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy_n(images.bytes.begin() + static_cast<std::ptrdiff_t>(rows[i] * width_), width_,
                features.bytes.begin() + static_cast<std::ptrdiff_t>(i * width_));
  return features;
}

Result<EncodedPart> ImageEncoder::encode_file(const std::string& path, std::vector<std::string>& notes) const {
  const std::string place = resolve_known(path);
  HONE_TRY(const IdxPaths paths, find_idx(place));
  std::error_code error;
  // A folder means the images that the network was not trained on, where there are such.
  const bool folder = std::filesystem::is_directory(place, error);
  const IdxPair& chosen = folder && paths.sealed ? *paths.sealed : paths.main;
  if (folder) notes.push_back(fmt::format("images from '{}'", chosen.images));
  HONE_TRY(const LabelledImages read, read_images(chosen));
  if (read.images.row_bytes() != width_)
    return refuse(fmt::format("'{}' has {} bytes per image, the network was trained on {}", chosen.images,
                              read.images.row_bytes(), width_));
  std::vector<std::uint32_t> rows(read.images.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  EncodedPart part{encode(read.images, rows), {}};
  LargeVector<std::int32_t> labels;
  for (const std::uint8_t label : read.labels) {
    const auto found = std::find(target_.classes.begin(), target_.classes.end(), std::to_string(label));
    if (found == target_.classes.end()) {
      notes.push_back(
          fmt::format("'{}': label {} was not in the training data: predictions are not scored", chosen.labels, label));
      return part;
    }
    labels.push_back(static_cast<std::int32_t>(found - target_.classes.begin()));
  }
  part.targets.labels = std::move(labels);
  return part;
}

}  // namespace hone
