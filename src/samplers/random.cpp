/// Independent uniform draws: the control that every other sampler is measured against.
///
/// Source: Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 13, 2012. Cost: O(axes).
#include "samplers/points.hpp"

namespace hone {
namespace {

class Random final : public Sampler {
 public:
  Result<Proposal> suggest(const View& view, const AskContext& context, Memo*) const override {
    return Proposal{random_point(view.space(), context), "random", ""};
  }
};

}  // namespace

constinit const SamplerInfo random_sampler_info{
    .name = "random",
    .summary = "Independent uniform draws: the control for every other sampler.",
    .paper = "Bergstra and Bengio, JMLR 13, 2012",
    .options = {},
    .make = [](std::span<const double>) -> std::unique_ptr<Sampler> { return std::make_unique<Random>(); }};

}  // namespace hone
