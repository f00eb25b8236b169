// Any bytes as an encoder (part of a model file): refused, or read; what is then written reads back as the same
// encoder.
#include "base/check.hpp"
#include "data/dataset.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto encoder = hone::parse_encoder({reinterpret_cast<const char*>(data), size});
  if (!encoder) return 0;
  const std::string written = (*encoder)->to_json();
  const auto again = hone::parse_encoder(written);
  HONE_CHECK(again.has_value(), "what was written can be read");
  HONE_CHECK((*again)->to_json() == written, "reading and writing keeps the content");
  return 0;
}
