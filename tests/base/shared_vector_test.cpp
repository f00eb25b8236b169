// The array behind one pointer: sharing, changing a shared one, and texts that are kept once.
#include "base/shared_vector.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/interned.hpp"

namespace hone {
namespace {

TEST(SharedVector, CopiesShareAndAChangeDoesNot) {
  SharedVector<double> first = {1, 2};
  SharedVector<double> second = first;
  EXPECT_EQ(first.data(), second.data());
  second.push_back(3);
  EXPECT_EQ(first, (std::vector<double>{1, 2}));
  EXPECT_EQ(second, (std::vector<double>{1, 2, 3}));
  first = second;
  EXPECT_EQ(first.data(), second.data());
  second = {};
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(first.size(), 3u);
  EXPECT_EQ(first.back(), 3);
  EXPECT_EQ(std::vector<double>(first.rbegin(), first.rend()), (std::vector<double>{3, 2, 1}));
}

TEST(SharedVector, AnEmptyOneTakesNothingAndIsOrdered) {
  const SharedVector<double> none = std::vector<double>{};
  EXPECT_EQ(none.data(), nullptr);
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_LT(none, (SharedVector<double>{0.5}));
  EXPECT_LT((SharedVector<double>{0.5, 9}), (SharedVector<double>{0.75}));
  EXPECT_EQ(std::vector<double>(none), std::vector<double>{});
}

TEST(SharedVector, ThreadsMayCopyAndDropIt) {
  const SharedVector<int> shared = {1, 2, 3};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&shared] {
      for (int i = 0; i < 1000; ++i) {
        SharedVector<int> mine = shared;
        mine.push_back(i);
        EXPECT_EQ(mine.size(), 4u);
      }
    });
  threads.clear();
  EXPECT_EQ(shared.size(), 3u);
}

TEST(Interned, EqualTextsAreOne) {
  const Interned one("tpe"), same(std::string("tpe")), other("gp"), none, empty("");
  EXPECT_EQ(one, same);
  EXPECT_EQ(&one.text(), &same.text());
  EXPECT_NE(one, other);
  EXPECT_EQ(one, "tpe");
  EXPECT_EQ(none, empty);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace hone
