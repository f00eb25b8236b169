/// What a program printed, cut to a bounded size: into lines for whoever looks for reports, and into a file whose
/// middle is left out when it gets too long.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace hone {

/// Cuts a stream into lines at \n and \r; of a longer line only the first `longest` bytes are kept.
class LineCutter {
 public:
  explicit LineCutter(std::size_t longest) : longest_(longest) {}

  /// Calls `line(text)` for each line that ended in `piece`, without its end; a cut one is one byte longer than
  /// `longest`. Empty ones are left out.
  template <class Line>
  void add(std::string_view piece, Line&& line) {
    while (!piece.empty()) {
      const std::size_t end = piece.find_first_of("\r\n");
      const std::string_view part = piece.substr(0, end);
      if (pending_.size() <= longest_) pending_ += part.substr(0, longest_ + 1 - pending_.size());
      if (end == std::string_view::npos) return;
      finish(line);
      piece.remove_prefix(end + 1);
    }
  }
  /// The stream has ended: what stands there without an end is a line too.
  template <class Line>
  void finish(Line&& line) {
    if (!pending_.empty()) line(std::string_view(pending_));
    pending_.clear();
  }

 private:
  std::size_t longest_;
  std::string pending_;
};

/// A log file: the first and the last bytes of what it is given. Writing errors are ignored: a log is not a result.
class ProgramLog {
 public:
  /// Appends to `file`; "" keeps nothing. `part_max`: bytes at the beginning, and as many at the end.
  ProgramLog(const std::filesystem::path& file, std::size_t part_max);
  ProgramLog(const ProgramLog&) = delete;
  ProgramLog& operator=(const ProgramLog&) = delete;
  ~ProgramLog();  ///< writes the end

  void add(std::string_view piece);
  /// On a line of its own.
  void add_line(std::string_view text);

 private:
  void write(std::string_view text);

  int file_ = -1;
  std::size_t part_max_, head_left_;
  bool in_line_ = false;      ///< the last byte did not end a line
  std::uint64_t beyond_ = 0;  ///< bytes after the beginning
  std::string tail_;          ///< a ring of at most part_max_ bytes, beyond_ % part_max_ is its oldest
};

}  // namespace hone
