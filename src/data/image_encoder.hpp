/// The encoder of byte images: one scale and one shift for all pixels.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/gzip.hpp"
#include "data/idx.hpp"

namespace hone {

/// Images with the label of each. Large files that are not packed are mapped, not read.
struct LabelledImages {
  std::shared_ptr<const DataText> content;  ///< what `images` looks at
  IdxArray images;
  std::vector<std::uint8_t> labels;  ///< (rows), or empty if there is no file of labels
};
/// Errors: those of the files; counts that differ.
Result<LabelledImages> read_images(const IdxPair& paths);

class ImageEncoder final : public Encoder {
 public:
  ImageEncoder(TargetInfo target, std::size_t width, float scale, float shift)
      : target_(std::move(target)), width_(width), scale_(scale), shift_(shift) {}

  /// Mean and deviation over all bytes of `rows`. O(bytes).
  static ImageEncoder fit(const IdxArray& images, std::span<const std::uint32_t> rows, TargetInfo target);

  Features encode(const IdxArray& images, std::span<const std::uint32_t> rows) const;

  std::string to_json() const override;
  const TargetInfo& target() const override { return target_; }
  std::size_t dense_width() const override { return width_; }
  std::vector<std::size_t> cardinalities() const override { return {}; }
  std::vector<std::size_t> numeric_columns() const override { return {}; }
  Result<EncodedPart> encode_file(const std::string& path, std::vector<std::string>& notes) const override;
  Result<OnnxFeatures> to_onnx(OnnxGraph& graph) const override;

 private:
  TargetInfo target_;
  std::size_t width_;
  float scale_, shift_;
};

/// The path itself, or where Debian puts a data set known by that name.
std::string resolve_known(const std::string& path);

}  // namespace hone
