#include "base/interned.hpp"

#include <mutex>
#include <set>

namespace hone {

constinit const std::string Interned::nothing;

const std::string* Interned::keep(std::string_view text) {
  if (text.empty()) return &nothing;
  static std::mutex mutex;
  static std::set<std::string, std::less<>> known;  // its elements never move
  const std::scoped_lock lock(mutex);
  auto found = known.find(text);
  if (found == known.end()) found = known.emplace(text).first;
  return &*found;
}

}  // namespace hone
