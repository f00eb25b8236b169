/// A store that waits for another one: what is `unavailable` (a server that restarts, a disk that is full, a lock that
/// somebody keeps) is tried again for a while, so that hours of training do not end with a minute's outage.
#pragma once
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "storage/store.hpp"

namespace hone {

struct Patience {
  double seconds = 600;                                                      ///< for one verb
  std::function<bool()> should_give_up = [] { return false; };               ///< asked while it waits, from any thread
  std::function<void(const std::string&)> note = [](const std::string&) {};  ///< what a person should know; any thread
};

/// Verbs answer as those of `inner`. A verb whose answer was lost may be done twice, and then says so with the error
/// of the second time (`conflict`); a trial claimed that way is given back by Study::tick. Thread safe.
std::unique_ptr<Store> patient_store(std::unique_ptr<Store> inner, Patience patience,
                                     const Clock& clock = system_clock());

}  // namespace hone
