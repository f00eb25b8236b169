// How often a sampler is asked again before somebody else finds what is left.
#include "engine/proposal.hpp"

#include <gtest/gtest.h>

#include "base/rng.hpp"
#include "samplers/lab.hpp"

namespace hone {
namespace {

/// Always proposes the same point, and counts how often.
class Stubborn final : public Sampler {
 public:
  Result<Proposal> suggest(const View& view, const AskContext&, Memo*) const override {
    ++asked;
    return Proposal{Point(view.space().axes().size(), 0.0), "stubborn", ""};
  }
  mutable int asked = 0;
};

/// Proposals in a space of twenty configurations of which the first `tried` are known.
int asked_with(int tried) {
  Lab lab(make_space({int_parameter("n", 1, 20)}));
  SeenPoints seen;
  for (int i = 0; i < tried; ++i)
    seen.add(lab[lab.start({{lab.space().cell_unit(0, static_cast<std::size_t>(i))}, "known", ""})].point);
  const Stubborn sampler;
  const auto proposed = propose(lab.view(), seen, sampler, nullptr, {.study_seed = 1, .trial = tried});
  if (!proposed) {
    ADD_FAILURE() << proposed.error().message;
    return -1;
  }
  EXPECT_FALSE(seen.contains(proposed->point));
  return sampler.asked;
}

TEST(Propose, AsksTenTimesWhereHalfOfAFiniteSpaceHasBeenTried) {
  EXPECT_EQ(asked_with(9), 100);
  EXPECT_EQ(asked_with(10), 10);
  EXPECT_EQ(asked_with(19), 10) << "the last one is found";
}

TEST(SeenPoints, KnowsExactlyWhatWasAdded) {
  SeenPoints seen;
  Rng rng(1, RngPurpose::simulation, 1);
  std::vector<Point> points;
  for (int i = 0; i < 20'000; ++i) points.push_back({rng.uniform(), 0.5, rng.uniform()});
  for (std::size_t i = 0; i < points.size(); i += 2) {
    EXPECT_FALSE(seen.contains(points[i]));
    seen.add(points[i]);
    seen.add(points[i / 2 * 2]);  // again
    EXPECT_EQ(seen.size(), i / 2 + 1);
  }
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(seen.contains(points[i]), i % 2 == 0) << i;
  EXPECT_FALSE(seen.contains({}));
}

}  // namespace
}  // namespace hone
