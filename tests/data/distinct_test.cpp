#include "data/distinct.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/rng.hpp"

namespace hone {
namespace {

TEST(Distinct, ShortTextsNeverMeet) {
  std::set<std::uint64_t> keys;
  std::set<std::string> texts{"", std::string(1, '\0'), std::string(2, '\0'), "a", std::string("a\0", 2)};
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    texts.insert(std::to_string(i));
    texts.insert("0" + std::to_string(i));
  }
  for (const std::string& text : texts) keys.insert(text_key(text));
  EXPECT_EQ(keys.size(), texts.size());
  EXPECT_NE(number_key(0.0), number_key(-0.0));
}

/// Against a map, below and beyond what the table holds.
TEST(Distinct, CountsAsAMapDoes) {
  for (const std::uint32_t values : {1u, 5u, 300u, 1024u, 1025u, 60'000u}) {
    DistinctCounter counter(100'000);
    std::map<std::uint64_t, std::size_t> counts;
    Rng rng(2, RngPurpose::simulation, values);
    for (int i = 0; i < 100'000; ++i) {
      const std::uint64_t key = number_key(rng.below(values));
      counter.add(key);
      ++counts[key];
    }
    std::size_t single = 0;
    for (const auto& [key, count] : counts) single += count == 1;
    const auto found = counter.finish();
    EXPECT_EQ(found.distinct, counts.size());
    EXPECT_EQ(found.single, single);
  }
}

TEST(Distinct, NothingIsNothing) {
  DistinctCounter counter(0);
  EXPECT_EQ(counter.finish().distinct, 0u);
  counter.add(text_key("a"));
  const auto counts = counter.finish();
  EXPECT_EQ(counts.distinct, 1u);
  EXPECT_EQ(counts.single, 1u);
}

}  // namespace
}  // namespace hone
