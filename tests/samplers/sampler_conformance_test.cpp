/// Every sampler of the list against every check; and the canary: each planted fault is caught by the check named.
#include <gtest/gtest.h>

#include <tuple>

#include "base/rng.hpp"
#include "conformance.hpp"
#include "lab.hpp"

namespace hone {

void PrintTo(const SamplerInfo* info, std::ostream* out) {
  *out << info->name;
}
void PrintTo(const SamplerCheck& check, std::ostream* out) {
  *out << check.name;
}

namespace {

using Case = std::tuple<const SamplerInfo*, SamplerCheck>;
class SamplerConformance : public testing::TestWithParam<Case> {};

TEST_P(SamplerConformance, Holds) {
  const auto& [info, check] = GetParam();
  EXPECT_EQ(check.run([name = info->name] { return std::move(*make_sampler(name, {})); }), "");
}

INSTANTIATE_TEST_SUITE_P(All, SamplerConformance,
                         testing::Combine(testing::ValuesIn(all_samplers().begin(), all_samplers().end()),
                                          testing::ValuesIn(sampler_checks())),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param)->name) + "_" + std::get<1>(test.param).name;
                         });

class SamplerRows : public testing::TestWithParam<const SamplerInfo*> {};

TEST_P(SamplerRows, OptionsAreHeldToTheirRange) {
  for (const OptionRow& row : GetParam()->options) {
    EXPECT_TRUE(row.low <= row.value && row.value <= row.high) << row.name;
    EXPECT_FALSE(row.help.empty());
    const auto made = make_sampler(GetParam()->name, {{std::string(row.name), row.high + 1}});
    ASSERT_FALSE(made) << row.name;
    EXPECT_NE(made.error().message.find(row.name), std::string::npos) << made.error().message;
  }
  EXPECT_FALSE(GetParam()->summary.empty());
  EXPECT_FALSE(make_sampler(GetParam()->name, {{"no_such_option", 1}}));
}
INSTANTIATE_TEST_SUITE_P(All, SamplerRows, testing::ValuesIn(all_samplers().begin(), all_samplers().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(SamplerRegistry, AnUnknownNameNamesTheKnown) {
  const auto near = make_sampler("randon", {}), far = make_sampler("annealing", {});
  ASSERT_FALSE(near);
  ASSERT_FALSE(far);
  EXPECT_EQ(near.error().kind, Error::Kind::invalid_argument);
  EXPECT_NE(near.error().message.find("did you mean 'random'"), std::string::npos) << near.error().message;
  for (const SamplerInfo* info : all_samplers()) EXPECT_NE(far.error().message.find(info->name), std::string::npos);
}

// ---- The canary ----

enum class Fault {
  outside,
  wrong_size,
  no_arm,
  counts_calls,
  ignores_seed,
  ignores_trial,
  praises_failures,
  trusts_memo,
  wants_values,
  lazy,
  throws_away
};

class CountingMemo final : public Memo {
 public:
  int calls = 0;
};

/// Random search with one fault.
class Planted final : public Sampler {
 public:
  explicit Planted(Fault fault) : fault_(fault) {}

  Result<Proposal> suggest(const View& view, const AskContext& context, Memo* memo) const override {
    const auto trial = static_cast<std::uint32_t>(context.trial);
    Rng rng(fault_ == Fault::ignores_seed ? 0 : context.study_seed, RngPurpose::suggest,
            fault_ == Fault::ignores_trial ? 0 : trial, static_cast<std::uint32_t>(context.attempt));
    Proposal proposal{Point(view.space().axes().size()), fault_ == Fault::no_arm ? "" : "planted", ""};
    if (fault_ == Fault::counts_calls && ++calls_ % 3 == 0) rng.next();
    if (auto* counting = dynamic_cast<CountingMemo*>(memo); counting && fault_ == Fault::trusts_memo)
      if (++counting->calls > 20) rng.next();
    for (double& u : proposal.point) u = rng.uniform();
    if (fault_ == Fault::outside && trial % 16 == 9) proposal.point[0] = 1.0000001;
    if (fault_ == Fault::wrong_size) proposal.point.pop_back();
    if (fault_ == Fault::lazy) proposal.point.assign(proposal.point.size(), 0.01 * rng.uniform());
    if (fault_ == Fault::wants_values && view.size() > 20 && view[20].values.empty())
      return refuse("trial 20 has no value");
    if (fault_ == Fault::throws_away && view.size() == 2) return fail(Error::Kind::unavailable, "exhausted: so soon");
    if (fault_ == Fault::praises_failures)
      for (std::size_t i = 0; i < view.size(); ++i)
        if (view[i].state == TrialState::failed) proposal.point[0] = view[i].point[0];
    return proposal;
  }
  std::unique_ptr<Memo> make_memo() const override { return std::make_unique<CountingMemo>(); }

 private:
  Fault fault_;
  mutable int calls_ = 0;
};

TEST(SamplerCanary, PlantedFaultsAreCaught) {
  const std::pair<Fault, const char*> faults[] = {{Fault::outside, "stays_inside"},
                                                  {Fault::wrong_size, "works_on_an_empty_view"},
                                                  {Fault::no_arm, "works_on_an_empty_view"},
                                                  {Fault::counts_calls, "keeps_nothing_between_calls"},
                                                  {Fault::ignores_seed, "trials_and_seeds_differ"},
                                                  {Fault::ignores_trial, "trials_and_seeds_differ"},
                                                  {Fault::praises_failures, "failed_trials_are_not_praised"},
                                                  {Fault::trusts_memo, "a_memo_changes_no_bit"},
                                                  {Fault::wants_values, "survives_hopeless_studies"},
                                                  {Fault::lazy, "not_worse_than_random"},
                                                  {Fault::throws_away, "small_spaces_end_well"}};
  for (const auto& [fault, name] : faults) {
    bool found = false;
    for (const SamplerCheck& check : sampler_checks()) {
      if (check.name != std::string(name)) continue;
      found = true;
      EXPECT_NE(check.run([fault = fault] { return std::make_unique<Planted>(fault); }), "") << name;
    }
    EXPECT_TRUE(found) << name;
  }
}

}  // namespace
}  // namespace hone
