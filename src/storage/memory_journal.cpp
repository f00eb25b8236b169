#include "storage/memory_journal.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "storage/journal_text.hpp"

namespace hone {

void MemoryJournal::add_line(std::int64_t at_ms, std::size_t kind, std::int64_t trial, std::size_t extra) {
  HONE_CHECK(trial < 0xffffffff && extra < 0xffffffff, "a journal in memory has at most 2^32 - 2 trials");
  lines_.push_back({(at_ms << 16) | static_cast<std::int64_t>(kind), static_cast<std::uint32_t>(trial + 1),
                    static_cast<std::uint32_t>(extra)});
}

std::size_t MemoryJournal::kind_index(std::string_view kind) {
  const auto found = std::ranges::find_if(kinds_, [&](const Interned& known) { return known.text() == kind; });
  if (found != kinds_.end()) return static_cast<std::size_t>(found - kinds_.begin());
  HONE_CHECK(kinds_.size() < 0xffff, "the kinds of lines are few");
  kinds_.push_back(kind);
  last_extra_.push_back(0);
  return kinds_.size() - 1;
}

void MemoryJournal::add(std::int64_t at_ms, std::string_view kind, std::int64_t trial, std::int64_t step,
                        std::string_view detail) {
  const std::size_t index = kind_index(kind);
  HONE_CHECK(index > told, "reports and tells have lines of their own");
  std::uint32_t& last = last_extra_[index];
  if (extras_[last].step != step || extras_[last].detail != detail) {
    extras_.push_back({step, std::string(detail)});
    last = static_cast<std::uint32_t>(extras_.size() - 1);
  }
  add_line(at_ms, index, trial, last);
}

void MemoryJournal::add_report(std::int64_t at_ms, std::int64_t trial, std::int64_t step,
                               std::span<const double> values) {
  reports_.push_back({step, values[0]});
  further_values_.insert(further_values_.end(), values.begin() + 1, values.end());
  add_line(at_ms, reported, trial, reports_.size() - 1);
}

void MemoryJournal::add_told(std::int64_t at_ms, std::int64_t trial) {
  add_line(at_ms, told, trial, 0);
}

std::vector<std::int64_t> MemoryJournal::trials_since(Revision revision) const {
  std::vector<std::int64_t> trials;
  for (std::size_t i = static_cast<std::size_t>(std::max<Revision>(revision, 0)); i < lines_.size(); ++i)
    if (lines_[i].trial != 0) trials.push_back(std::int64_t{lines_[i].trial} - 1);
  std::ranges::sort(trials);
  trials.erase(std::ranges::unique(trials).begin(), trials.end());
  return trials;
}

std::vector<Event> MemoryJournal::events(bool with_reports,
                                         const std::function<TrialRecord(std::int64_t)>& record_of) const {
  std::vector<Event> events;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    if (!with_reports && line.kind() == reported) continue;
    Event& event = events.emplace_back();
    event.revision = static_cast<Revision>(i) + 1;
    event.at_ms = line.at_ms();
    event.kind = kinds_[line.kind()].text();
    event.trial = std::int64_t{line.trial} - 1;
    if (line.kind() == reported) {
      event.step = reports_[line.extra].step;
      std::vector<double> values{reports_[line.extra].value};
      const std::size_t further = further_values_.size() / reports_.size();
      const auto begin = further_values_.begin() + static_cast<std::ptrdiff_t>(line.extra * further);
      values.insert(values.end(), begin, begin + static_cast<std::ptrdiff_t>(further));
      event.detail = reported_detail(values);
    } else if (line.kind() == told) {
      const TrialRecord ended = record_of(event.trial);
      event.detail = told_detail({ended.state, ended.values, ended.constraints, "", 0});
    } else {
      event.step = extras_[line.extra].step;
      event.detail = extras_[line.extra].detail;
    }
  }
  return events;
}

}  // namespace hone
