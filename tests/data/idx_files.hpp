/// IDX files for tests.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/helpers.hpp"

namespace hone::test {

inline std::string idx_text(const std::vector<std::uint32_t>& shape, const std::vector<std::uint8_t>& bytes) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(shape.size())};
  for (const std::uint32_t size : shape)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift & 0xFF);
  text.append(bytes.begin(), bytes.end());
  return text;
}

/// Images of 2 x 2 bytes whose first byte is ten times their label (0, 1, 2 in turn), under the usual four names.
inline void write_mnist_like(const Folder& folder, std::uint32_t train, std::uint32_t test) {
  for (const auto& [name, count] : {std::pair{"train", train}, std::pair{"t10k", test}}) {
    std::vector<std::uint8_t> pixels, labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::uint8_t>(i % 3);
      labels.push_back(label);
      for (std::uint32_t p = 0; p < 4; ++p)
        pixels.push_back(static_cast<std::uint8_t>(p == 0 ? 10 * label : (i * 37 + p * 11) % 250));
    }
    folder.write(std::string(name) + "-images-idx3-ubyte.gz", gzip(idx_text({count, 2, 2}, pixels)));
    folder.write(std::string(name) + "-labels-idx1-ubyte", idx_text({count}, labels));
  }
}

}  // namespace hone::test
