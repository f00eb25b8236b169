/// One side of TPE: the mixture of product kernels over the good or over the bad trials, on the axes of one group.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "math/parzen.hpp"
#include "samplers/tpe_columns.hpp"

namespace hone {

/// The kernels' view of one table axis: kernels of one type have the same probabilities. The type of a kernel on an
/// ordered axis is 3 cell + (0 first, 1 inner, 2 last observation of that cell), on an unordered one its cell, of the
/// prior the last one.
struct TpeTable {
  TpeColumn* column = nullptr;
  bool keeps_rows = false;  ///< this side uses the column's kept rows
  std::size_t observations = 0;
  std::vector<std::uint32_t> type;  ///< (kernels)
  std::vector<double> sigma;        ///< (3 levels) bandwidth; 0 where there is no such kernel

  /// ln density of the kernels in `cell`. (kernels)
  void densities(std::size_t cell, std::span<float> density);

 private:
  float ordered_density(std::size_t type_of_kernel, std::size_t cell);
};

struct TpeMixture {
  std::vector<std::uint32_t> global;  ///< (kernels) index into a side's weights and carried terms; 0 is the prior
  std::size_t padded = 0;
  std::vector<float> weight;    ///< (padded)
  std::vector<float> constant;  ///< (padded), of all density axes together
  std::vector<NormalColumn> densities;
  std::vector<TpeTable> tables;
  // Of the good side only.
  std::vector<std::uint32_t> kernel;              ///< (kernels) number in the group
  std::vector<std::vector<float>> center, scale;  ///< (density axes, padded)
};

/// What decides which side a trial is on, and its weight there.
struct TpeSides {
  std::vector<std::uint32_t> good_index;       ///< (rows + 1) 0: bad, else 1, 2, ...; entry 0 is the prior
  std::vector<float> good_weight, bad_weight;  ///< (good + 1), (rows + 1); 0 for a trial of the other side
};
/// `rows`: how many are modelled, `good`: places among them, ascending, and their `weight` as in TrialSplit; bad trials
/// weigh 1 if they are among the newest 25, else less, down to 1 / n for the oldest; the prior 1.
TpeSides make_sides(std::size_t rows, std::span<const std::uint32_t> good, std::span<const float> weight);

/// Both mixtures over one group. `group` keeps what the next call can use. Cost: O(axes * rows).
struct TpeGroupMixtures {
  TpeMixture good, bad;
};
TpeGroupMixtures make_mixtures(TpeGroup& group, const TpeSides& sides);

/// One draw on each axis of the group from kernel `kernel` of the good mixture, as canonical coordinates.
void draw_from_kernel(const Space& space, const TpeGroup& group, const TpeMixture& good, std::size_t kernel, Rng& rng,
                      std::span<double> point);

/// Candidates on their way through the groups.
struct TpeCandidates {
  std::vector<Point> point;
  std::vector<Mask> active;
  std::vector<double> score;  ///< ln good density - ln bad density so far
};

/// Log-likelihoods that kernels have collected on the axes drawn so far: (candidates, kernels of one side).
struct TpeCarry {
  std::size_t kernels = 0;
  std::vector<float> term;
  std::span<float> of(std::size_t candidate) { return std::span(term).subspan(candidate * kernels, kernels); }
};

/// Adds to `carry` what the candidates `which` have on this group's axes, and returns for each the log of the mixture's
/// density there, given the axes drawn before. `carried` is false if nothing was drawn before, `last` if nobody will
/// ask for `carry` again.
std::vector<double> log_densities(const Space& space, TpeGroup& group, TpeMixture& mixture,
                                  const TpeCandidates& candidates, std::span<const std::size_t> which, TpeCarry& carry,
                                  bool carried, bool last);

}  // namespace hone
