#include "runners/program_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"

namespace hone {

ProgramLog::ProgramLog(const std::filesystem::path& file, std::size_t part_max)
    : part_max_(part_max), head_left_(part_max) {
  if (!file.empty()) file_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

ProgramLog::~ProgramLog() {
  if (file_ < 0) return;
  if (beyond_ > part_max_) {
    write(fmt::format("\n[... hone left out {} here ...]\n", bytes_text(static_cast<double>(beyond_ - part_max_))));
    std::ranges::rotate(tail_, tail_.begin() + static_cast<std::ptrdiff_t>(beyond_ % part_max_));
  }
  write(tail_);
  ::close(file_);
}

void ProgramLog::add_line(std::string_view text) {
  if (in_line_) add("\n");
  add(text);
  add("\n");
}

void ProgramLog::add(std::string_view piece) {
  if (piece.empty()) return;
  in_line_ = piece.back() != '\n';
  const std::size_t head = std::min(piece.size(), head_left_);
  write(piece.substr(0, head));
  head_left_ -= head;
  piece.remove_prefix(head);
  while (!piece.empty()) {
    const auto at = static_cast<std::size_t>(beyond_ % part_max_);
    const std::size_t count = std::min(piece.size(), part_max_ - at);
    if (tail_.size() < at + count) tail_.resize(at + count);
    std::ranges::copy(piece.substr(0, count), tail_.begin() + static_cast<std::ptrdiff_t>(at));
    beyond_ += count;
    piece.remove_prefix(count);
  }
}

void ProgramLog::write(std::string_view text) {
  while (file_ >= 0 && !text.empty()) {
    const ssize_t written = ::write(file_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace hone
