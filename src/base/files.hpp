/// Files: read whole, write so that a crash leaves the old or the new content, never half of it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hone {

/// The whole file. Errors name the path and the system's reason; a folder is refused by name.
Result<std::string> read_file(const std::filesystem::path& path);

/// Writes to a temporary name in the same folder, syncs, renames. With `durable` the folder is synced as well, so that
/// the file survives power loss once this has returned. A link stays, the file behind it is replaced; what is no file
/// (/dev/stdout) is written to as it stands. Errors: `unavailable` with the system's reason (disk full); a folder.
Result<void> write_file(const std::filesystem::path& path, std::string_view content, bool durable = false);

/// Removes what `write_file` left in the folder in processes that were killed within it.
void remove_abandoned(const std::filesystem::path& folder);

/// Creates the folder and its parents.
Result<void> make_folder(const std::filesystem::path& path);

/// The kind of file system below `path` where locks cannot be trusted ("nfs", "cifs", "9p", "lustre", ...), or "".
std::string network_file_system(const std::filesystem::path& path);

/// XXH3, 64 bits; 16 hex digits.
std::uint64_t hash64(std::string_view content);
std::string hash_text(std::string_view content);

}  // namespace hone
