#include "runners/network_checkpoint.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/files.hpp"

namespace hone {
namespace {

struct Header {
  char magic[8];
  std::uint64_t key;
  double best_value;
  std::int64_t best_epoch;
};
constexpr char magic[8] = {'h', 'o', 'n', 'e', 'r', 'u', 'n', '1'};

}  // namespace

Result<void> write_checkpoint(const std::filesystem::path& file, std::uint64_t key, const RunProgress& progress,
                              const Trainer& trainer) {
  Header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.key = key;
  header.best_value = progress.best_value;
  header.best_epoch = progress.best_epoch;
  std::string content(reinterpret_cast<const char*>(&header), sizeof header);
  content += trainer.checkpoint();
  return write_file(file, content);
}

Result<RunProgress> read_checkpoint(const std::filesystem::path& file, std::uint64_t key, Trainer& trainer) {
  HONE_TRY(const std::string content, read_file(file));
  Header header{};
  if (content.size() < sizeof header)
    return fail(Error::Kind::corrupt, fmt::format("checkpoint '{}' is cut off", file.string()));
  std::memcpy(&header, content.data(), sizeof header);
  if (std::memcmp(header.magic, magic, sizeof magic) != 0 || header.key != key)
    return fail(Error::Kind::corrupt, fmt::format("checkpoint '{}' belongs to another run", file.string()));
  HONE_TRY_VOID(trainer.restore(std::string_view(content).substr(sizeof header)));
  return RunProgress{header.best_value, header.best_epoch};
}

}  // namespace hone
