/// TPE's memory: the trials' coordinates as columns, grouped by condition, in the order that bandwidths need.
///
/// Everything here can be built from a view alone and then gives the same bits; kept between calls, a suggestion costs
/// what is new. Kernel 0 of each group is the prior, kernel j > 0 is a trial in which the group was active.
#pragma once
#include <cstdint>
#include <vector>

#include "math/normal.hpp"
#include "samplers/sampler.hpp"
#include "samplers/tpe_split.hpp"

namespace hone {

/// One axis of a group. Ordered axes with few levels and unordered ones are tables over their cells; the others are
/// densities. In a narrow cell of a fine grid the density at the centre stands for the mean over the cell: the midpoint
/// rule, which misses 2 exp(-2 pi^2 (sigma / width)^2) of a normal's mass, 1e-3 at the smallest sigma, 1 / 100, and the
/// largest narrow width, 1 / 64. The wide cells (the lowest ones of a logarithmic grid) take the exact mean.
struct TpeColumn {
  std::size_t axis = 0;
  std::size_t levels = 0;  ///< 0 when continuous
  bool ordered = true;
  bool table = false;

  // Tables
  std::vector<std::uint32_t> cell;                       ///< (kernels)
  std::vector<double> cell_center, cell_low, cell_high;  ///< (levels) of an ordered one
  // Ordered tables: rows of the bad mixture's table, kept while the row's bandwidth stays what it was.
  std::vector<double> row_sigma;   ///< (3 levels) bandwidth that the row was computed from; 0: none
  std::vector<float> row_density;  ///< (3 levels, levels) ln density of the row's kernels in a cell; NaN: not known yet

  // Densities: kernels as in math/parzen.hpp, kept while a kernel's bandwidth stays what it was.
  std::vector<float> unit;             ///< (padded) centres
  std::vector<std::uint32_t> order;    ///< kernels but the prior, ascending by (unit, kernel)
  std::vector<double> sigma;           ///< (padded) bandwidth that the next two were computed from; 0: none
  std::vector<float> scale, constant;  ///< (padded) of the bad mixture
  struct GoodKernel {
    std::uint32_t kernel = 0;   ///< number in the group
    bool known = false;         ///< is the rest up to date?
    UnitNormal normal{0.5, 1};  ///< to draw from
    float scale = 0, constant = 0;
    std::vector<float> wide_gain;  ///< (wide) as below
  };
  std::vector<GoodKernel> good;  ///< those of the latest good mixture, in its order
  std::size_t wide = 0;          ///< so many cells from the lowest on are wide, at most 63; cell_low, cell_high: (wide)
  std::vector<std::vector<float>> wide_gain;  ///< (wide)(kernels) of the bad mixture: see use_wide_cells; NaN: unknown
};

/// Scale and constant of a density kernel with this centre and bandwidth.
struct ScaleAndConstant {
  float scale, constant;
};
ScaleAndConstant density_kernel(double center, double sigma);

/// Axes that are active together: the same conditions.
struct TpeGroup {
  std::vector<TpeColumn> columns;
  std::vector<std::uint32_t> row;  ///< (kernels) place in TpeMemo::rows + 1; 0 for the prior
  std::size_t condition_axis = 0;  ///< one of its axes, to ask whether the group is active
  bool always = false;             ///< no conditions
  std::size_t axes = 0;            ///< its own and the unconditional ones: what its kernels stand on at least
};

/// Of one objective the newest trials are modelled, between the first and the second number of them, and the good ones
/// before: what a proposal costs does not grow beyond. What the bad mixture forgets is where nobody has looked since.
constexpr std::size_t tpe_window = 2000, tpe_window_max = 2500;

class TpeMemo final : public Memo {
 public:
  /// Takes in what is new in `view`, or all of it if the view does not continue what was seen: standings only.
  void advance(const View& view);
  /// The good ones of all trials; of one objective at the cost of those that have not finished.
  TrialSplit split(const View& view) const;
  /// Brings `rows` and `groups` up to date. `good`: row numbers, ascending. Cost: O(axes log n) for each new trial;
  /// every few hundred trials, and where a good trial of old is outdone, O(axes * tpe_window).
  void hold(const View& view, std::span<const std::uint32_t> good);
  /// Places in `rows` of some of them.
  std::vector<std::uint32_t> places(std::span<const std::uint32_t> numbers) const;

  std::vector<TrialStanding> standings;  ///< (rows of the view)
  std::vector<std::uint32_t> rows;       ///< that are modelled: numbers, ascending
  std::vector<TpeGroup> groups;          ///< parents before children

 private:
  void start(const Space& space);
  void append(const View& view, std::span<const std::uint32_t> numbers);
  void drop(const std::vector<bool>& dropped);

  const Space* space_ = nullptr;
  Revision revision_ = -1;
  std::vector<std::uint32_t> open_;    // rows that may still change, ascending
  SettledTrials settled_;              // the others
  std::size_t first_ = 0, older_ = 0;  // `rows` are so many older ones, then all from the first on
};

}  // namespace hone
