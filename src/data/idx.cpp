#include "data/idx.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "data/gzip.hpp"

namespace hone {
namespace {

constexpr std::size_t dimensions_max = 8;

std::string_view element_type(unsigned char code) {
  switch (code) {
    case 0x09:
      return "signed bytes";
    case 0x0B:
      return "16-bit integers";
    case 0x0C:
      return "32-bit integers";
    case 0x0D:
      return "32-bit floats";
    case 0x0E:
      return "64-bit floats";
    default:
      return "an unknown type";
  }
}

/// `stem` in `folder`, packed or not, or "".
std::string existing(const std::filesystem::path& folder, const std::string& stem) {
  for (const char* ending : {"", ".gz"}) {
    const auto path = folder / (stem + ending);
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return path.string();
  }
  return "";
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

/// The labels that go with a file of images: the name with "images-idx3" or "images" replaced, packed or not.
IdxPair pair_of(const std::filesystem::path& images) {
  std::string stem = images.filename().string();
  if (stem.ends_with(".gz")) stem.resize(stem.size() - 3);
  std::string labels = replaced(replaced(stem, "images-idx3", "labels-idx1"), "images", "labels");
  if (labels == stem) return {images.string(), ""};
  return {images.string(), existing(images.parent_path(), labels)};
}

}  // namespace

std::size_t IdxArray::row_bytes() const {
  std::size_t product = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) product *= shape[i];
  return product;
}

bool is_idx(std::string_view content) {
  if (content.size() < 8 || content[0] != 0 || content[1] != 0) return false;
  const auto type = static_cast<unsigned char>(content[2]), dimensions = static_cast<unsigned char>(content[3]);
  return (type == 0x08 || type == 0x09 || (type >= 0x0B && type <= 0x0E)) && dimensions >= 1 &&
         dimensions <= dimensions_max;
}

Result<IdxArray> parse_idx(std::string_view content, std::string_view name) {
  if (!is_idx(content)) return refuse(fmt::format("'{}' is not an IDX file: its first bytes are wrong", name));
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(content[i]); };
  if (byte(2) != 0x08)
    return refuse(fmt::format("'{}' holds {} (type 0x{:02X}); IDX files of unsigned bytes (0x08) can be read", name,
                              element_type(byte(2)), byte(2)));
  IdxArray array;
  const std::size_t dimensions = byte(3), header = 4 + 4 * dimensions;
  if (content.size() < header) return refuse(fmt::format("'{}' is truncated: it ends within its header", name));
  std::uint64_t elements = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | byte(4 + 4 * d + i);
    array.shape.push_back(size);
    elements *= size;
    if (size == 0 || elements > data_file_bytes_max)
      return refuse(
          fmt::format("'{}': dimension {} of {} is {}, which no file can hold", name, d + 1, dimensions, size));
  }
  if (content.size() - header != elements)
    return refuse(fmt::format("'{}' is {}: its header announces {} bytes, {} follow", name,
                              content.size() - header < elements ? "truncated" : "damaged", elements,
                              content.size() - header));
  array.bytes = {reinterpret_cast<const std::uint8_t*>(content.data()) + header, content.size() - header};
  return array;
}

Result<IdxPaths> find_idx(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    const std::string train = existing(path, "train-images-idx3-ubyte"),
                      test = existing(path, "t10k-images-idx3-ubyte");
    if (train.empty() && test.empty())
      return refuse(
          fmt::format("folder '{}' holds no IDX files (train-images-idx3-ubyte and so on, .gz or not); name a "
                      "CSV file, or a folder with such files",
                      path));
    return find_idx(train.empty() ? test : train);
  }
  const std::filesystem::path file(path);
  IdxPaths found{pair_of(file), std::nullopt};
  if (file.filename().string().starts_with("train-images")) {
    const std::string test = existing(file.parent_path(), "t10k-images-idx3-ubyte");
    if (!test.empty() && !pair_of(test).labels.empty()) found.sealed = pair_of(test);
  }
  return found;
}

}  // namespace hone
