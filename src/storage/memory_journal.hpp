/// The journal of a study in memory: 16 bytes a line, and what lines repeat once.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/interned.hpp"
#include "storage/store.hpp"

namespace hone {

/// Line r - 1 is that of revision r. At most 2^32 - 2 trials.
class MemoryJournal {
 public:
  void add(std::int64_t at_ms, std::string_view kind, std::int64_t trial, std::int64_t step, std::string_view detail);
  /// A line "reported". `values`: (objectives), as many every time.
  void add_report(std::int64_t at_ms, std::int64_t trial, std::int64_t step, std::span<const double> values);
  /// A line "told", whose detail follows from the trial as it ended.
  void add_told(std::int64_t at_ms, std::int64_t trial);

  /// The trials of the lines after `revision`, each once, ascending. O(lines after it).
  std::vector<std::int64_t> trials_since(Revision revision) const;
  /// All lines, or all but "reported". `record_of(trial)`: the finished trial of a line "told".
  std::vector<Event> events(bool with_reports, const std::function<TrialRecord(std::int64_t)>& record_of) const;

 private:
  struct Line {
    std::int64_t at_ms_and_kind;  // * 2^16 + index into kinds_
    std::uint32_t trial;          // + 1; 0: the study as a whole
    std::uint32_t extra;          // index into extras_ or reports_
    std::int64_t at_ms() const { return at_ms_and_kind >> 16; }
    std::size_t kind() const { return static_cast<std::size_t>(at_ms_and_kind & 0xffff); }
  };
  struct Extra {
    std::int64_t step = 0;
    std::string detail;
  };
  static constexpr std::size_t reported = 0, told = 1;

  void add_line(std::int64_t at_ms, std::size_t kind, std::int64_t trial, std::size_t extra);
  std::size_t kind_index(std::string_view kind);

  std::vector<Interned> kinds_ = {"reported", "told"};
  std::vector<Line> lines_;
  std::vector<Extra> extras_ = {{}};
  std::vector<std::uint32_t> last_extra_ = {0, 0};  // (kinds) the last one: the next line often has the same
  std::vector<Report> reports_;                     // of the first objective
  std::vector<double> further_values_;              // (reports, objectives - 1)
};

}  // namespace hone
