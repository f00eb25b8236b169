#include "engine/proposal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/rng.hpp"

namespace hone {
namespace {

constexpr std::int64_t suggestions_max = 100, late_suggestions_max = 10;
constexpr std::int64_t uniform_max = 100'000;
constexpr std::uint64_t enumerated_max = 1'000'000;

enum class Verdict { fine, forbidden, known };

struct Judge {
  const Space& space;
  const SeenPoints& seen;
  bool deterministic;
  const Configuration* given;  ///< values that override the point's, or null; they fit the space

  /// Puts in the given values, rounds `proposed.point`, and says whether it may be tried.
  Verdict operator()(Proposed& proposed) const {
    if (given) proposed.point = *space.complete(*given, proposed.point);
    space.canonicalize(proposed.point);
    if (!space.forbid().empty() && space.forbidden(space.configuration(proposed.point))) return Verdict::forbidden;
    if (deterministic && seen.contains(proposed.point)) return Verdict::known;
    return Verdict::fine;
  }
};

Point uniform_point(const Space& space, Rng& rng) {
  Point point(space.axes().size());
  for (double& unit : point) unit = rng.uniform();
  return point;
}

/// Walks over every combination of cells of a finite space, starting at a place drawn by `rng`, until one is fine.
bool find_any(const Judge& judge, Rng& rng, Proposed& proposed) {
  const auto axes = judge.space.axes();
  std::vector<std::size_t> cell(axes.size());
  std::uint64_t combinations = 1;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (axes[a].levels == 0 || axes[a].levels > enumerated_max) return false;
    combinations *= axes[a].levels;
    if (combinations > enumerated_max) return false;
    cell[a] = rng.below(static_cast<std::uint32_t>(axes[a].levels));
  }
  for (std::uint64_t i = 0; i < combinations; ++i) {
    proposed.point.resize(axes.size());
    for (std::size_t a = 0; a < axes.size(); ++a) proposed.point[a] = judge.space.cell_unit(a, cell[a]);
    if (judge(proposed) == Verdict::fine) return true;
    for (std::size_t a = 0; a < axes.size(); ++a) {  // the next combination, cyclic
      if (++cell[a] < axes[a].levels) break;
      cell[a] = 0;
    }
  }
  return false;
}

/// Is every trial so far one that somebody asked for?
bool all_enqueued(const View& view) {
  for (std::size_t i = 0; i < view.size(); ++i)
    if (view[i].origin != Origin::enqueued) return false;
  return true;
}

std::uint64_t hash_of(std::span<const double> point) {
  const std::uint64_t hash =
      hash64(std::string_view(reinterpret_cast<const char*>(point.data()), point.size() * sizeof(double)));
  return hash == 0 ? 1 : hash;
}

bool covers(const Configuration& given, const Configuration& whole) {
  return std::ranges::all_of(whole.entries(), [&](const auto& entry) { return given.find(entry.first) != nullptr; });
}

/// The end of a search among the configurations with the `given` values.
std::unexpected<Error> nothing_with(const Configuration& given, bool forbidden) {
  return fail(Error::Kind::conflict,
              forbidden ? fmt::format("forbid allows no configuration with {}: change a value", given.text())
                        : fmt::format("every configuration with {} that was looked at has been tried: change a value",
                                      given.text()));
}

/// The default configuration, if it is its turn and it has not been tried.
bool default_configuration(const View& view, const Judge& judge, Proposed& proposed) {
  const auto point = judge.space.default_point();
  if (!point || !all_enqueued(view)) return false;
  proposed.point = *point;
  proposed.origin = Origin::default_;
  proposed.arm = "default";
  proposed.why = "the default configuration";
  return judge(proposed) == Verdict::fine;
}

}  // namespace

void SeenPoints::add(std::span<const double> point) {
  const std::uint64_t hash = hash_of(point);
  const std::size_t at = place(hash);
  if (hashes_[at] == hash) return;
  hashes_[at] = hash;
  if (++size_ * 4 < hashes_.size() * 3) return;
  std::vector<std::uint64_t> before(2 * hashes_.size());
  before.swap(hashes_);
  for (const std::uint64_t known : before)
    if (known != 0) hashes_[place(known)] = known;
}

bool SeenPoints::contains(std::span<const double> point) const {
  const std::uint64_t hash = hash_of(point);
  return hashes_[place(hash)] == hash;
}

std::size_t SeenPoints::place(std::uint64_t hash) const {
  const std::size_t mask = hashes_.size() - 1;
  std::size_t at = hash & mask;
  while (hashes_[at] != 0 && hashes_[at] != hash) at = (at + 1) & mask;
  return at;
}

namespace {

/// `propose`, but for the configuration.
Result<Proposed> propose_point(const View& view, const SeenPoints& seen, const Sampler& sampler, Memo* memo,
                               const ProposalContext& context) {
  const Judge judge{view.space(), seen, context.deterministic, context.given};
  Proposed proposed;
  if (context.given) {
    HONE_TRY_VOID(view.space().complete(*context.given, Point(view.space().axes().size(), 0.5)));
  } else {
    if (default_configuration(view, judge, proposed)) return proposed;
    proposed = {};
  }

  std::int64_t forbidden = 0;
  for (; proposed.attempt < suggestions_max; ++proposed.attempt) {
    // Half of a finite space has been tried: the sampler's favourites are known, and a uniform draw finds what is left
    // at a hundredth of a model's cost.
    if (proposed.attempt == late_suggestions_max && view.space().count(2 * seen.size())) break;
    HONE_TRY(Proposal proposal, sampler.suggest(view, {context.study_seed, context.trial, proposed.attempt}, memo));
    proposed.point = std::move(proposal.point);
    proposed.arm = std::move(proposal.arm);
    proposed.why = std::move(proposal.why);
    const Verdict verdict = judge(proposed);
    if (verdict == Verdict::fine) return proposed;
    if (verdict == Verdict::forbidden) ++forbidden;
    if (context.given && covers(*context.given, view.space().configuration(proposed.point)))
      return nothing_with(*context.given, verdict == Verdict::forbidden);
  }

  Rng rng(context.study_seed, RngPurpose::suggest, static_cast<std::uint32_t>(context.trial), suggestions_max);
  proposed.arm = "uniform";
  proposed.why = "the sampler's proposals were forbidden or known";
  for (std::int64_t draw = 0; draw < uniform_max; ++draw) {
    proposed.point = uniform_point(view.space(), rng);
    const Verdict verdict = judge(proposed);
    if (verdict == Verdict::fine) return proposed;
    if (verdict == Verdict::forbidden) ++forbidden;
    // A small finite space is searched at once: drawing until the last one is found would take for ever.
    if (draw >= 1000 && forbidden < draw / 2 && view.space().count(enumerated_max)) break;
  }
  proposed.why = "the last configurations that were left";
  if (find_any(judge, rng, proposed)) return proposed;
  if (context.given) return nothing_with(*context.given, forbidden >= suggestions_max);
  if (seen.size() == 0 || forbidden > (suggestions_max + uniform_max) * 9 / 10)
    if (!view.space().count(enumerated_max))
      return refuse(
          fmt::format("forbid leaves almost nothing: {} draws gave no allowed configuration; loosen a constraint",
                      suggestions_max + uniform_max));
  if (seen.size() == 0)
    return refuse("forbid leaves nothing: no configuration of the space is allowed; loosen a constraint");
  return fail(Error::Kind::unavailable, "exhausted: every configuration of the space has been tried");
}

}  // namespace

Result<Proposed> propose(const View& view, const SeenPoints& seen, const Sampler& sampler, Memo* memo,
                         const ProposalContext& context) {
  HONE_TRY(Proposed proposed, propose_point(view, seen, sampler, memo, context));
  proposed.configuration = view.space().configuration(proposed.point);
  return proposed;
}

}  // namespace hone
