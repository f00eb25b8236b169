/// Samplers propose the next point. Each is one file, a pure function of (view, options, context).
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/options.hpp"
#include "base/result.hpp"
#include "trial/view.hpp"

namespace hone {

/// Who asks. Equal (view, options, context) give equal bits.
struct AskContext {
  std::uint64_t study_seed = 0;
  std::int64_t trial = 0;    ///< the number the new trial will have
  std::int64_t attempt = 0;  ///< 0, or how often this proposal was drawn again (duplicate or forbidden)
};

struct Proposal {
  Point point;      ///< (axes); need not be canonical
  std::string arm;  ///< the part of the sampler that proposed it: "tpe", "qmc", ...
  std::string why;  ///< one line for people, or ""
};

/// What makes a sampler fast: derived state kept by the engine per study. Advancing one from an earlier revision and
/// building one anew give the same bits.
class Memo {
 public:
  virtual ~Memo() = default;
};

class Sampler {
 public:
  virtual ~Sampler() = default;
  /// Works on an empty view. `memo` is null, or came from this sampler's `make_memo`. Errors: none in regular use;
  /// `unavailable` when the sampler has no further point (grid exhausted).
  virtual Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const = 0;
  virtual std::unique_ptr<Memo> make_memo() const { return nullptr; }
};

struct SamplerInfo {
  std::string_view name, summary, paper;
  std::span<const OptionRow> options;
  /// `values`: one per option row, within its range.
  std::unique_ptr<Sampler> (*make)(std::span<const double> values);
};

#define HONE_SAMPLER(id) extern const SamplerInfo id##_sampler_info;
#include "samplers/sampler_list.inc"
#undef HONE_SAMPLER

/// Every sampler, in the order of sampler_list.inc.
std::span<const SamplerInfo* const> all_samplers();

/// Errors: `invalid_argument` naming the nearest known sampler, or the unknown option, or its range.
Result<std::unique_ptr<Sampler>> make_sampler(std::string_view name, const std::map<std::string, double>& options);

}  // namespace hone
