/// The default sampler: the default configuration (or the middle of the space), eight scrambled Sobol points, then TPE.
/// Which part proposed a trial, and why, is recorded with it.
#include <fmt/format.h>

#include "samplers/points.hpp"

namespace hone {
namespace {

constexpr std::int64_t qmc_trials = 8;  // a power of two: the points are a net

class Automatic final : public Sampler {
 public:
  Automatic() {
    std::vector<double> values;
    for (const OptionRow& row : tpe_sampler_info.options)
      values.push_back(row.name == "startup_trials" ? 1 : row.value);  // the Sobol points come from here
    tpe_ = tpe_sampler_info.make(values);
  }

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    const Space& space = view.space();
    if (view.size() == 0 && context.trial == 0 && context.attempt == 0) {
      if (auto point = space.default_point())
        return Proposal{std::move(*point), "default", "the default configuration"};
      return Proposal{Point(space.axes().size(), 0.5), "default", "the middle of the space"};
    }
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < view.size() && seen < qmc_trials; ++i) seen += view[i].arm == "qmc" ? 1 : 0;
    if (seen < qmc_trials)
      return Proposal{qmc_point(space, context, seen), "qmc",
                      fmt::format("Sobol point {} of {}", seen + 1, qmc_trials)};
    return tpe_->suggest(view, context, memo);
  }
  std::unique_ptr<Memo> make_memo() const override { return tpe_->make_memo(); }

 private:
  std::unique_ptr<Sampler> tpe_;
};

}  // namespace

constinit const SamplerInfo automatic_sampler_info{
    .name = "auto",
    .summary = "The default configuration, eight Sobol points, then TPE: what to use unless you know better.",
    .paper = "",
    .options = {},
    .make = [](std::span<const double>) -> std::unique_ptr<Sampler> { return std::make_unique<Automatic>(); }};

}  // namespace hone
