/// From a sampler's suggestion to a configuration that may be tried: rounded, allowed, not tried before.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "samplers/sampler.hpp"

namespace hone {

/// The canonical points that a study has tried, for the duplicate check: one lookup whatever the study's size, 10 to 22
/// bytes a point.
class SeenPoints {
 public:
  void add(std::span<const double> point);
  bool contains(std::span<const double> point) const;
  std::size_t size() const { return size_; }

 private:
  /// Where `hash` is or would be; linear probing.
  std::size_t place(std::uint64_t hash) const;

  // 64 bits: a false hit among 10^6 points has probability 3e-8. 0 marks a free place.
  std::vector<std::uint64_t> hashes_ = std::vector<std::uint64_t>(16);
  std::size_t size_ = 0;
};

struct Proposed {
  Point point;  ///< canonical
  Configuration configuration;
  std::string arm, why;
  std::int64_t attempt = 0;
  Origin origin = Origin::sampler;
};

/// What `propose` needs besides the view.
struct ProposalContext {
  std::uint64_t study_seed = 0;
  std::int64_t trial = 0;
  bool deterministic = true;             ///< false: a repeat is a replicate and allowed
  const Configuration* given = nullptr;  ///< values that the caller wants of this trial; the others are proposed
};

/// The default configuration once, before the sampler's. A forbidden or known proposal is drawn again (attempt + 1, at
/// most 100; 10 where half of a finite space has been tried), then points are drawn uniformly (at most 100,000), then,
/// if the space is finite, every configuration is looked at. With `given` values the trial is not the default one.
/// Errors: `unavailable` "exhausted" when nothing is left; `invalid_argument` when constraints leave almost nothing, or
/// a given value does not fit the space; `conflict` when nothing is left with the given values; whatever the sampler
/// says.
Result<Proposed> propose(const View& view, const SeenPoints& seen, const Sampler& sampler, Memo* memo,
                         const ProposalContext& context);

}  // namespace hone
