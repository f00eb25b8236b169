/// Scrambled Sobol points: fill the space more evenly than random draws, and need no history, so any number of workers
/// may ask at once. The point is a pure function of the trial's number.
///
/// Source: Joe and Kuo, 2008; Owen, 1995; Burley, 2020 (math/sobol.hpp). Cost: O(axes), about 0.1 us each.
#include "samplers/points.hpp"

namespace hone {
namespace {

class Qmc final : public Sampler {
 public:
  Result<Proposal> suggest(const View& view, const AskContext& context, Memo*) const override {
    return Proposal{qmc_point(view.space(), context, context.trial), "qmc", ""};
  }
};

}  // namespace

constinit const SamplerInfo qmc_sampler_info{
    .name = "qmc",
    .summary = "Scrambled Sobol points: an even cover of the space without a model.",
    .paper = "Joe and Kuo, SIAM J. Sci. Comput. 30, 2008",
    .options = {},
    .make = [](std::span<const double>) -> std::unique_ptr<Sampler> { return std::make_unique<Qmc>(); }};

}  // namespace hone
