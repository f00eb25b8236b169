// Any bytes as a study file: refused with its place, or read; what is then written reads back as the same file, and a
// point of its space survives the way to a configuration and back.
#include "space/study_file.hpp"

#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = hone::parse_study_file({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!file) {
    HONE_CHECK(file.error().message.starts_with("fuzz.toml:"), "every error of a study file has its place");
    return 0;
  }
  const std::string written = hone::study_file_toml(*file);
  const auto again = hone::parse_study_file(written, "written.toml");
  HONE_CHECK(again.has_value(), "what was written can be read");
  HONE_CHECK(hone::study_file_toml(*again) == written, "reading and writing keeps the content");

  if (file->space) {
    hone::Point point(file->space->axes().size(), 0.5);
    file->space->canonicalize(point);
    const auto back = file->space->point(file->space->configuration(point));
    HONE_CHECK(back.has_value(), "a decoded point can be encoded");
    HONE_CHECK(*back == point, "encoding gives the canonical point back");
  }
  return 0;
}
