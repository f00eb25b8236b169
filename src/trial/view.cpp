#include "trial/view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.hpp"

namespace hone {
namespace {

double oriented(double reported, bool maximize) {
  if (!std::isfinite(reported)) return std::numeric_limits<double>::quiet_NaN();
  return maximize ? -reported : reported;
}

}  // namespace

History::History(std::shared_ptr<const Space> space, std::vector<bool> maximize, bool open)
    : space_(std::move(space)), rows_(std::make_shared<View::Rows>()), maximize_(std::move(maximize)), open_(open) {
  HONE_CHECK(space_ != nullptr, "a history needs its space");
  HONE_CHECK(!maximize_.empty(), "a study has at least one objective");
}

/// The record as samplers and pruners see it: lower is better, and what is not finite says nothing more than that.
std::shared_ptr<const TrialRow> History::row_of(const TrialRecord& record) {
  const std::size_t axes = space_->axes().size();
  HONE_CHECK(open_ || record.point.size() == axes, "a trial's point has one coordinate per axis of its space");
  const bool complete = record.state == TrialState::complete;
  HONE_CHECK(!complete || record.values.size() == maximize_.size(), "a complete trial has one value per objective");
  auto row = std::make_shared<TrialRow>();
  row->number = record.number;
  row->state = record.state;
  row->origin = record.origin;
  row->arm = record.arm;
  row->attempt = static_cast<std::int32_t>(record.attempt);
  row->seen = record.seen;
  row->asked = record.asked;
  row->finished = record.finished;
  Mask active;
  if (open_) {
    Point point(axes, 0.5);
    active.assign(axes, 0);
    for (const auto& [name, value] : record.configuration.entries()) {
      const auto axis = space_->find_axis(name);
      HONE_CHECK(axis.has_value(), "an open study's space has every parameter of its trials");
      const auto unit = space_->encode(*axis, value);
      HONE_CHECK(unit.has_value(), "a parameter keeps its domain");
      point[*axis] = *unit;
      active[*axis] = 1;
    }
    row->point = point;
  } else {
    row->point = record.point;
    active = space_->active(record.point);
  }
  if (!(last_mask_ == active)) last_mask_ = active;
  row->active = last_mask_;
  if (complete) {
    std::vector<double> values = record.values;
    for (std::size_t i = 0; i < maximize_.size(); ++i)
      if (maximize_[i]) values[i] = -values[i];
    row->values = values;
  }
  row->constraints = record.constraints;
  if (!record.runs.empty()) {
    std::vector<Report> reports = record.runs.front().reports;
    for (Report& report : reports) report.value = oriented(report.value, maximize_.front());
    row->reports = reports;
    std::vector<double> further = record.runs.front().further_values;
    HONE_CHECK(further.empty() || further.size() == reports.size() * (maximize_.size() - 1),
               "a report has one value per objective");
    for (std::size_t i = 0; i < further.size(); ++i)
      further[i] = oriented(further[i], maximize_[1 + i % (maximize_.size() - 1)]);
    row->further_values = further;
  }
  row->until_step = record.until_step;
  return row;
}

void History::put(const TrialRecord& record) {
  HONE_CHECK(record.number >= 0, "trial numbers start at 0");
  const auto number = static_cast<std::size_t>(record.number);
  HONE_CHECK(number <= rows_->size(), "trial numbers are dense");
  HONE_CHECK(number == rows_->size() || !is_finished((*rows_)[number]->state), "a finished trial never changes");
  if (rows_.use_count() > 1) {
    rows_ = std::make_shared<View::Rows>(*rows_);
  } else {
    // The count alone orders nothing. Taking and dropping a reference does: what the last snapshot's thread read, it
    // read before the writes below.
    std::shared_ptr<View::Rows>(rows_).reset();
  }
  auto row = row_of(record);
  if (number == rows_->size()) {
    rows_->push_back(std::move(row));
  } else {
    (*rows_)[number] = std::move(row);
  }
}

View History::view() const {
  return View(space_, rows_, revision_, maximize_.size());
}

double reported_value(const TrialRow& row, std::size_t report, std::size_t objective) {
  if (objective == 0) return row.reports[report].value;
  const std::size_t further = row.further_values.size() / row.reports.size();
  if (objective > further) return std::numeric_limits<double>::quiet_NaN();
  return row.further_values[report * further + objective - 1];
}

double rung_value(const TrialRow& row, std::int64_t step, std::size_t objective) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double last[3];
  std::size_t count = 0;
  for (std::size_t i = row.reports.size(); i-- > 0 && count < 3;) {
    if (row.reports[i].step > step) continue;
    const double value = reported_value(row, i, objective);
    last[count++] = std::isnan(value) ? infinity : value;
  }
  if (count == 0) return infinity;
  std::sort(last, last + count);
  return std::midpoint(last[(count - 1) / 2], last[count / 2]);
}

}  // namespace hone
