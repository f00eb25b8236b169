#include "data/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"
#include "data/memory.hpp"

namespace hone {
namespace {

/// zlib's state, released whatever happens.
class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, 15 + 16) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

constexpr std::size_t chunk_bytes = 1u << 20;

}  // namespace

bool is_gzip(std::string_view content) {
  return content.size() >= 2 && content[0] == '\x1f' && static_cast<unsigned char>(content[1]) == 0x8b;
}

Result<std::string> gunzip(std::string_view content, std::string_view name, std::uint64_t bytes_max) {
  Inflater inflater;
  if (!inflater.ready()) return fail(Error::Kind::unavailable, "zlib could not be started: out of memory");
  z_stream& stream = inflater.stream();
  std::string unpacked;
  std::size_t filled = 0, fed = 0;
  bool between_members = false;
  for (;;) {
    if (stream.avail_in == 0 && fed < content.size()) {
      const std::size_t piece = std::min(content.size() - fed, chunk_bytes);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data() + fed));
      stream.avail_in = static_cast<uInt>(piece);
      fed += piece;
    }
    if (between_members) {
      const bool at_end = stream.avail_in == 0;
      if (at_end || *stream.next_in == 0) break;  // some writers pad with zeros
      if (inflateReset(&stream) != Z_OK) return refuse(fmt::format("'{}': zlib refused to go on", name));
      between_members = false;
    }
    if (unpacked.size() - filled < chunk_bytes) unpacked.resize(std::max(unpacked.size() * 2, 4 * chunk_bytes));
    const std::size_t room = std::min<std::size_t>(unpacked.size() - filled, 1u << 30);
    stream.next_out = reinterpret_cast<Bytef*>(unpacked.data() + filled);
    stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream, Z_NO_FLUSH);
    filled += room - stream.avail_out;
    if (filled > bytes_max)
      return refuse(fmt::format("'{}' unpacks to more than {}; use a smaller file", name,
                                bytes_text(static_cast<double>(bytes_max))));
    if (status == Z_STREAM_END) {
      between_members = true;
    } else if (status == Z_BUF_ERROR ||
               (status == Z_OK && stream.avail_in == 0 && fed == content.size() && stream.avail_out > 0)) {
      return refuse(fmt::format("'{}' is a truncated gzip file: it ends after {} of content; copy or download it again",
                                name, bytes_text(static_cast<double>(filled))));
    } else if (status != Z_OK) {
      return refuse(fmt::format("'{}' is a damaged gzip file ({}); copy or download it again", name,
                                stream.msg ? stream.msg : "unreadable"));
    }
  }
  unpacked.resize(filled);
  unpacked.shrink_to_fit();
  return unpacked;
}

namespace {

Result<std::string> unpack(std::string_view content, const std::string& path) {
  HONE_TRY(std::string unpacked, gunzip(content, path, available_memory_bytes() / 2));
  if (unpacked.empty()) return refuse(fmt::format("'{}' is empty once unpacked", path));
  return unpacked;
}

}  // namespace

Result<std::string> read_data_file(const std::string& path) {
  auto content = read_file(path);
  if (!content) return refuse(content.error().message);
  if (content->empty()) return refuse(fmt::format("'{}' is empty; a data file needs a header and rows", path));
  if (is_gzip(*content)) return unpack(*content, path);
  return std::move(*content);
}

Result<DataText> open_data_file(const std::string& path, std::size_t mapped_bytes_min) {
  if (auto mapping = FileMapping::open(path, mapped_bytes_min)) {
    if (!is_gzip(mapping->text())) return DataText(std::move(*mapping));
    HONE_TRY(std::string unpacked, unpack(mapping->text(), path));
    return DataText(std::move(unpacked));
  }
  HONE_TRY(std::string content, read_data_file(path));
  return DataText(std::move(content));
}

}  // namespace hone
