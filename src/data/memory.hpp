/// How much memory a data set will need, said before it is taken.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace hone {

/// Memory that this process may still take: what the machine has free, cut by the limit of its control group.
std::uint64_t available_memory_bytes();

/// What an encoded table takes. The file's text stays for the final refit; both encodings live side by side.
struct MemoryEstimate {
  std::uint64_t file_bytes = 0;  ///< of text that is not mapped
  std::uint64_t rows = 0, columns = 0, dense_width = 0, category_width = 0;
  bool streamed = false;   ///< the table is split block by block: its cells take nothing
  bool can_spill = false;  ///< there is room for the encodings in temporary files
  double encoded_bytes() const;
  double bytes() const;
};
/// Errors: the estimate is above `available_bytes`; the message names both and the cure. `path` is for the message.
Result<void> check_memory(const std::string& path, const MemoryEstimate& need, std::uint64_t available_bytes);

}  // namespace hone
