/// No pruning: every trial runs to its end.
#include "pruners/pruner.hpp"

namespace hone {
namespace {

class None final : public Pruner {
 public:
  Decision decide(const View&, std::int64_t, std::int64_t) const override { return Decision::go_on; }
};

}  // namespace

constinit const PrunerInfo none_pruner_info{
    .name = "none",
    .summary = "Every trial runs to its end.",
    .paper = "",
    .options = {},
    .make = [](std::span<const double>, const PrunerSetup&) -> std::unique_ptr<Pruner> {
      return std::make_unique<None>();
    }};

}  // namespace hone
