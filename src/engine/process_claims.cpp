#include "engine/process_claims.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

namespace hone {
namespace {

struct Held {
  std::multiset<std::int64_t> trials;
  std::int64_t asking = 0;
};
struct Registry {
  std::mutex mutex;
  std::map<std::string, Held> by_key;
};
Registry& registry() {
  static Registry all;
  return all;
}

void erase_one(std::multiset<std::int64_t>& trials, std::int64_t trial) {
  if (const auto found = trials.find(trial); found != trials.end()) trials.erase(found);
}

}  // namespace

ProcessClaims::~ProcessClaims() {
  const std::scoped_lock lock(registry().mutex);
  Held& held = registry().by_key[key_];
  for (const std::int64_t trial : own_) erase_one(held.trials, trial);
  if (held.trials.empty() && held.asking == 0) registry().by_key.erase(key_);
}

ProcessClaims::Asking::Asking(ProcessClaims& claims) : claims_(claims) {
  const std::scoped_lock lock(registry().mutex);
  ++registry().by_key[claims.key_].asking;
}

ProcessClaims::Asking::~Asking() {
  const std::scoped_lock lock(registry().mutex);
  --registry().by_key[claims_.key_].asking;
}

void ProcessClaims::hold(std::int64_t trial) {
  const std::scoped_lock lock(registry().mutex);
  registry().by_key[key_].trials.insert(trial);
  own_.push_back(trial);
}

void ProcessClaims::let_go(std::int64_t trial) {
  const std::scoped_lock lock(registry().mutex);
  const auto found = std::ranges::find(own_, trial);
  if (found == own_.end()) return;
  *found = own_.back();
  own_.pop_back();
  erase_one(registry().by_key[key_].trials, trial);
}

std::vector<std::int64_t> ProcessClaims::held_by_nobody(const std::vector<std::int64_t>& trials) const {
  const std::scoped_lock lock(registry().mutex);
  const Held& held = registry().by_key[key_];
  std::vector<std::int64_t> free;
  if (held.asking == 0)
    for (const std::int64_t trial : trials)
      if (!held.trials.contains(trial)) free.push_back(trial);
  return free;
}

}  // namespace hone
