/// What the parts of `Study` share: study.cpp, study_ask.cpp, study_suggest.cpp.
#pragma once
#include <mutex>
#include <utility>

#include "engine/study.hpp"

namespace hone {

/// Adds the CPU time of a scope to the study's own account.
class OverheadTimer {
 public:
  explicit OverheadTimer(Study& study) : study_(study), start_(study.clock_.thread_cpu_seconds()) {}
  OverheadTimer(const OverheadTimer&) = delete;
  OverheadTimer& operator=(const OverheadTimer&) = delete;
  ~OverheadTimer() {
    const double used = study_.clock_.thread_cpu_seconds() - start_;
    const std::scoped_lock lock(study_.mutex_);
    study_.overhead_seconds_ += used;
  }

 private:
  Study& study_;
  double start_;
};

template <class Change>
Result<void> Study::learn(std::int64_t number, Revision revision, Change change) {
  const std::scoped_lock lock(mutex_);
  return learn_locked(number, revision, std::move(change));
}

template <class Change>
Result<void> Study::learn_locked(std::int64_t number, Revision revision, Change change) {
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
