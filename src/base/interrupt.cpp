#include "base/interrupt.hpp"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>

namespace hone {
namespace {

std::atomic<bool> signal_seen{false};
std::atomic<bool> stop_wanted{false};
std::atomic<bool> first_was_term{false};
std::atomic<std::int64_t> first_ms{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

/// What a person does not do again so soon came twice by itself: `timeout` tells a program and its group.
constexpr std::int64_t same_signal_ms = 250;

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // may be called in a signal handler
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

extern "C" void hone_on_signal(int signal) {
  const bool again = signal_seen.exchange(true);
  if (!again) first_ms.store(now_ms());
  if (again && signal == SIGINT && now_ms() - first_ms.load() >= same_signal_ms) _exit(130);
  if (!again && signal == SIGTERM) first_was_term.store(true);
}

}  // namespace

void install_interrupt_handler() {
  struct sigaction action {};
  action.sa_handler = hone_on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of the write, like a full disk
}

bool interrupted() {
  return signal_seen.load(std::memory_order_relaxed) || stop_wanted.load(std::memory_order_relaxed);
}
bool signalled() {
  return signal_seen.load(std::memory_order_relaxed);
}
bool terminated() {
  return first_was_term.load(std::memory_order_relaxed);
}
void set_interrupted(bool value) {
  stop_wanted.store(value);
}

}  // namespace hone
