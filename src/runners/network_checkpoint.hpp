/// A run of the native runner on disk: the trainer's state and what the run itself remembers.
#pragma once
#include <algorithm>
#include <cmath>
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

  /// Is `value` the best one so far? NaN and infinities never are.
  bool improves(double value, bool maximize) const {
    return std::isfinite(value) && (std::isnan(best_value) || (maximize ? value > best_value : value < best_value));
  }
};

/// `key`: says whose state this is (configuration and seed); another key is refused on reading.
std::string encode_checkpoint(std::uint64_t key, const RunProgress& progress, const TrainState& state);
Result<void> write_checkpoint(const std::filesystem::path& file, std::uint64_t key, const RunProgress& progress,
                              const TrainState& state);
/// Fills `trainer`, or changes nothing. Errors: `corrupt` for any flipped bit or truncation, another key, or the
/// checkpoint of another trainer; reading besides: `not_found`.
Result<RunProgress> decode_checkpoint(std::string_view content, std::uint64_t key, Trainer& trainer);
Result<RunProgress> read_checkpoint(const std::filesystem::path& file, std::uint64_t key, Trainer& trainer);

/// When a running training is saved: often, but saving may take at most a twentieth of the time.
class SaveRhythm {
 public:
  static constexpr double interval_min_seconds = 0.25;

  explicit SaveRhythm(double due_in_seconds = interval_min_seconds)
      : due_seconds_(system_clock().monotonic_seconds() + due_in_seconds) {}

  /// Not positive: it is due. What a paused run takes along, so that many short pieces of training are saved as often
  /// as a long one.
  double due_in_seconds() const { return due_seconds_ - system_clock().monotonic_seconds(); }
  bool is_due() const { return due_in_seconds() <= 0; }
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
  double due_seconds_;
};

}  // namespace hone
