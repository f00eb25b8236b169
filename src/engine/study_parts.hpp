/// What the parts of `Study` share: study.cpp, study_ask.cpp, study_suggest.cpp.
#pragma once
#include <mutex>
#include <utility>

#include "engine/study.hpp"

namespace hone {

/// Adds the CPU time of a scope to the study's own account. To read it is a system call, which would be a third of a
/// trial in memory: where the scope was short the last time, elapsed time stands for it.
class OverheadTimer {
 public:
  enum class Scope { ask, report, finish };
  OverheadTimer(Study& study, Scope scope)
      : study_(study),
        is_short_(study.short_scopes_[static_cast<std::size_t>(scope)]),
        elapsed_only_(is_short_.load(std::memory_order_relaxed)),
        start_(now()),
        started_(elapsed_only_ ? start_ : study.clock_.monotonic_seconds()) {}
  OverheadTimer(const OverheadTimer&) = delete;
  OverheadTimer& operator=(const OverheadTimer&) = delete;
  ~OverheadTimer() {
    const double used = now() - start_;
    const double elapsed = elapsed_only_ ? used : study_.clock_.monotonic_seconds() - started_;
    is_short_.store(elapsed < short_seconds, std::memory_order_relaxed);
    const std::scoped_lock lock(study_.mutex_);
    study_.overhead_seconds_ += used;
  }

 private:
  static constexpr double short_seconds = 2e-5;
  double now() const { return elapsed_only_ ? study_.clock_.monotonic_seconds() : study_.clock_.thread_cpu_seconds(); }

  Study& study_;
  std::atomic<bool>& is_short_;
  bool elapsed_only_;
  double start_, started_;
};

/// Ends a loop that tries again after "another worker was faster" when nothing changes any more: a store that refuses
/// and shows no reason contradicts itself.
class TurnCounter {
 public:
  Result<void> turn(Revision revision) {
    turns_ = revision == revision_ ? turns_ + 1 : 0;
    revision_ = revision;
    if (turns_ < 100) return {};
    return fail(Error::Kind::corrupt,
                "the store refuses what the study allows: its journal and its trials do not agree (`hone replay` says "
                "where)");
  }

 private:
  Revision revision_ = -1;
  int turns_ = 0;
};

template <class Change>
Result<void> Study::learn(std::int64_t number, Revision revision, Change change) {
  const std::scoped_lock lock(mutex_);
  return learn_locked(number, revision, std::move(change));
}

template <class Change>
Result<void> Study::learn_locked(std::int64_t number, Revision revision, Change change) {
  if (store_.has_lost_lines(record_.id)) return catch_up();
  if (revision <= revision_) return {};  // another thread of ours has read it already
  if (revision != revision_ + 1) return catch_up();
  const bool is_new = number == static_cast<std::int64_t>(history_.size());
  if (const auto found = is_new ? live_.try_emplace(number).first : live_.find(number); found != live_.end()) {
    change(found->second);
    changed(number);
  }  // else it has finished, and the line does not change it
  revision_ = revision;
  history_.set_revision(revision_);
  return {};
}

}  // namespace hone
