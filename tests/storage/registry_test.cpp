// Storage URLs.
#include <gtest/gtest.h>

#include "storage/store.hpp"

namespace hone {
namespace {

TEST(StoreUrl, NamesAFile) {
  EXPECT_EQ(store_path("sqlite:///x.db").value_or("?"), "x.db");
  EXPECT_EQ(store_path("sqlite:////a/b.db").value_or("?"), "/a/b.db");
  EXPECT_EQ(store_path("memory://").value_or("?"), "");
}

TEST(StoreUrl, AWrongOneIsRefusedWithTheCure) {
  struct Case {
    const char *url, *words;
  };
  for (const Case& wrong :
       {Case{"hone.db", "sqlite:///hone.db"}, Case{"", "sqlite:///"}, Case{"sqlite://x.db", "sqlite:///FILE"},
        Case{"sqlite:///", "names no file"}, Case{"sqlit:///x.db", "sqlite"}, Case{"postgres://host/db", "known"}}) {
    const auto store = open_store(wrong.url, false);
    ASSERT_FALSE(store) << wrong.url;
    EXPECT_EQ(store.error().kind, Error::Kind::invalid_argument);
    EXPECT_NE(store.error().message.find(wrong.words), std::string::npos) << store.error().message;
    EXPECT_FALSE(store_path(wrong.url)) << wrong.url;
  }
  EXPECT_FALSE(open_store("memory://name", true));
}

TEST(StoreUrl, EveryKindHasASchemeAndASummary) {
  EXPECT_GE(all_stores().size(), 2u);
  for (const StoreInfo* store : all_stores()) {
    EXPECT_FALSE(store->scheme.empty());
    EXPECT_FALSE(store->summary.empty());
  }
}

}  // namespace
}  // namespace hone
