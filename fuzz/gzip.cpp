// Any bytes as a gzip file: refused, naming the file, or unpacked to at most the bytes allowed.
#include "data/gzip.hpp"

#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t bytes_max = 1 << 20;
  const auto content = hone::gunzip({reinterpret_cast<const char*>(data), size}, "fuzz.gz", bytes_max);
  if (content) {
    HONE_CHECK(content->size() <= bytes_max, "the limit holds");
  } else {
    HONE_CHECK(content.error().message.find("fuzz.gz") != std::string::npos, "an error names the file");
  }
  return 0;
}
