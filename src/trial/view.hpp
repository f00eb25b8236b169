/// What a sampler or pruner may know: an immutable snapshot of a study at one revision.
///
/// Rows are trials in order of number, waiting, running and paused ones too. A row never changes; a change replaces it,
/// so a snapshot costs one reference per trial and stays valid while other threads go on.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/interned.hpp"
#include "base/shared_vector.hpp"
#include "space/space.hpp"
#include "trial/trial.hpp"

namespace hone {

/// One trial, oriented: lower is better in every value, constraint and report. A study has one for every trial in
/// memory, so it is kept small: 104 bytes, a point of its own, and a mask that most trials share.
struct TrialRow {
  std::int64_t number = 0;
  TrialState state = TrialState::waiting;
  Origin origin = Origin::sampler;
  std::int32_t attempt = 0;
  Interned arm;
  Revision seen = 0, asked = 0, finished = 0;
  std::int64_t until_step = 0;        ///< the rung it was sent to; 0: to the end
  SharedVector<double> point;         ///< (axes) canonical: inactive coordinates are 0.5
  SharedVector<std::uint8_t> active;  ///< (axes) a Mask
  SharedVector<double> values;        ///< (objectives); empty unless complete
  SharedVector<double> constraints;
  SharedVector<Report> reports;         ///< of run 0, oriented, ascending step; NaN where not finite
  SharedVector<double> further_values;  ///< (reports, objectives - 1) the same of the other objectives
};

class View {
 public:
  using Rows = std::vector<std::shared_ptr<const TrialRow>>;

  View(std::shared_ptr<const Space> space, std::shared_ptr<const Rows> rows, Revision revision, std::size_t objectives)
      : space_(std::move(space)), rows_(std::move(rows)), revision_(revision), objectives_(objectives) {}

  const Space& space() const { return *space_; }
  const std::shared_ptr<const Space>& shared_space() const { return space_; }
  Revision revision() const { return revision_; }
  std::size_t objectives() const { return objectives_; }
  std::size_t size() const { return rows_->size(); }
  const TrialRow& operator[](std::size_t number) const { return *(*rows_)[number]; }

 private:
  std::shared_ptr<const Space> space_;
  std::shared_ptr<const Rows> rows_;
  Revision revision_;
  std::size_t objectives_;
};

/// The changing side of the same thing: kept by the engine, one per open study.
class History {
 public:
  /// `maximize`: (objectives) true where larger is better; those values are stored negated.
  /// `open`: rows get their points from the configurations, and what a configuration lacks is inactive.
  History(std::shared_ptr<const Space> space, std::vector<bool> maximize, bool open = false);

  /// Adds the next trial or replaces a known one. `record.number` is at most size().
  /// Cost: O(axes + reports), and a copy of the row index when a snapshot is alive.
  void put(const TrialRecord& record);
  void set_revision(Revision revision) { revision_ = revision; }
  View view() const;
  std::size_t size() const { return rows_->size(); }
  const std::vector<bool>& maximize() const { return maximize_; }

 private:
  std::shared_ptr<const TrialRow> row_of(const TrialRecord& record);

  std::shared_ptr<const Space> space_;
  std::shared_ptr<View::Rows> rows_;
  std::vector<bool> maximize_;
  bool open_ = false;
  SharedVector<std::uint8_t> last_mask_;  ///< what the next row is likely to share
  Revision revision_ = 0;
};

/// What report number `report` (< reports.size()) says of `objective`, oriented; NaN where it says nothing finite.
double reported_value(const TrialRow& row, std::size_t report, std::size_t objective);

/// A rung's value: the median of the last three reports up to `step` (oriented, NaN counts as +infinity), of one
/// objective. +infinity if there is none.
double rung_value(const TrialRow& row, std::int64_t step, std::size_t objective = 0);

}  // namespace hone
