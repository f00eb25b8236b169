/// A run of the native runner on disk: the trainer's state and what the run itself remembers.
#pragma once
#include <algorithm>
#include <filesystem>
#include <limits>

#include "base/clock.hpp"
#include "nn/trainer.hpp"
#include "trial/runner.hpp"

namespace hone {

/// What a run remembers between epochs besides the trainer.
struct RunProgress {
  double best_value = std::numeric_limits<double>::quiet_NaN();
  std::int64_t best_epoch = 0;
};

/// `key`: says whose state this is (configuration and seed); another key is refused on reading.
Result<void> write_checkpoint(const std::filesystem::path& file, std::uint64_t key, const RunProgress& progress,
                              const Trainer& trainer);
/// Errors: `not_found`, `corrupt`. After an error the trainer must be created anew.
Result<RunProgress> read_checkpoint(const std::filesystem::path& file, std::uint64_t key, Trainer& trainer);

/// When a running training is saved: often, but saving may take at most a twentieth of the time.
class SaveRhythm {
 public:
  SaveRhythm() : due_seconds_(system_clock().monotonic_seconds() + interval_min_seconds) {}

  bool is_due() const { return system_clock().monotonic_seconds() >= due_seconds_; }
  /// Runs `save` and sets the next time by what it cost.
  template <class Save>
  Result<void> save(Save&& save) {
    const double start = system_clock().monotonic_seconds();
    HONE_TRY_VOID(save());
    const double now = system_clock().monotonic_seconds();
    due_seconds_ = now + std::max(interval_min_seconds, 20 * (now - start));
    return {};
  }

 private:
  static constexpr double interval_min_seconds = 0.25;
  double due_seconds_;
};

}  // namespace hone
