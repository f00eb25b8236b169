// The conformance kit: every store of the list, opened in a folder of its own.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "storage/postgres_server.hpp"
#include "storage/store_kit.hpp"
#include "temporary_folder.hpp"

namespace hone {

class StoreConformance : public testing::TestWithParam<const StoreInfo*> {
 protected:
  void SetUp() override {
    HONE_NEW_STORE(rest, GetParam()->scheme, folder_.path());
    rest_ = rest;
    open();
  }
  /// Closes and opens the store; one in memory stays as it is.
  void reopen() {
    if (GetParam()->scheme == "memory") return;
    store_.reset();
    open();
  }
  StudyId make_study(const std::string& name = "digits", std::size_t objectives = 1) {
    const auto created = store_->create_study(study_record(name, objectives));
    EXPECT_TRUE(created) << created.error().message;
    return created ? created->id : -1;
  }
  Claim make_trial(StudyId study, std::int64_t number, const Owner& owner = Owner::this_process()) {
    const auto claim = store_->create_trial(study, new_trial(number), owner);
    EXPECT_TRUE(claim) << claim.error().message;
    return claim.value_or(Claim{});
  }
  TrialRecord trial(StudyId study, std::size_t number) {
    const auto changes = store_->changed_since(study, 0);
    EXPECT_TRUE(changes) << changes.error().message;
    return changes && number < changes->trials.size() ? changes->trials[number] : TrialRecord{};
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
  const Owner me_ = Owner::this_process();

 private:
  void open() {
    auto store = GetParam()->open(rest_, true, 5);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }

  std::string rest_;
};

/// Must have failed in this way, with a message that says something.
template <class T>
void expect_error(const Result<T>& result, Error::Kind kind) {
  ASSERT_FALSE(result);
  EXPECT_EQ(static_cast<int>(result.error().kind), static_cast<int>(kind)) << result.error().message;
  EXPECT_GT(result.error().message.size(), 20u);
}

#define HONE_FOR_ALL_STORES(suite)                                                                     \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, testing::ValuesIn(all_stores().begin(), all_stores().end()), \
                           [](const auto& test) { return std::string(test.param->scheme); })

}  // namespace hone
