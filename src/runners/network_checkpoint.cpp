#include "runners/network_checkpoint.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/files.hpp"
#include "nn/checkpoint.hpp"

namespace hone {
namespace {

/// The trainer's state that follows has a checksum of its own.
struct Header {
  char magic[8];
  std::uint64_t key;
  double best_value;
  std::int64_t best_epoch;
  std::uint64_t checksum;  ///< XXH3 of the fields above
};
constexpr char magic[8] = {'h', 'o', 'n', 'e', 'r', 'u', 'n', '2'};

std::uint64_t checksum_of(const Header& header) {
  return hash64({reinterpret_cast<const char*>(&header), offsetof(Header, checksum)});
}

}  // namespace

std::string encode_checkpoint(std::uint64_t key, const RunProgress& progress, const TrainState& state) {
  Header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.key = key;
  header.best_value = progress.best_value;
  header.best_epoch = progress.best_epoch;
  header.checksum = checksum_of(header);
  std::string content;
  content.reserve(sizeof header + state.bytes() + 64);  // in one piece: states may be large
  content.append(reinterpret_cast<const char*>(&header), sizeof header);
  append_state(content, state);
  return content;
}

Result<void> write_checkpoint(const std::filesystem::path& file, std::uint64_t key, const RunProgress& progress,
                              const TrainState& state) {
  return write_file(file, encode_checkpoint(key, progress, state));
}

Result<RunProgress> decode_checkpoint(std::string_view content, std::uint64_t key, Trainer& trainer) {
  const auto corrupt = [](std::string_view why) {
    return fail(Error::Kind::corrupt, fmt::format("this checkpoint {}; start the trial anew", why));
  };
  Header header{};
  if (content.size() < sizeof header) return corrupt("is cut off");
  std::memcpy(&header, content.data(), sizeof header);
  if (std::memcmp(header.magic, magic, sizeof magic) != 0) return corrupt("is none, or of another version");
  if (header.checksum != checksum_of(header)) return corrupt("is damaged: the checksum of its header does not fit");
  if (header.key != key) return corrupt("belongs to another run");
  HONE_TRY_VOID(trainer.restore(content.substr(sizeof header)));
  return RunProgress{header.best_value, header.best_epoch};
}

Result<RunProgress> read_checkpoint(const std::filesystem::path& file, std::uint64_t key, Trainer& trainer) {
  HONE_TRY(const std::string content, read_file(file));
  auto progress = decode_checkpoint(content, key, trainer);
  if (!progress) return fail(progress.error().kind, fmt::format("'{}': {}", file.string(), progress.error().message));
  return progress;
}

}  // namespace hone
