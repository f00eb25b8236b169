// Storage URLs.
#include <gtest/gtest.h>

#include "storage/store.hpp"

namespace hone {
namespace {

TEST(StoreUrl, NamesAFile) {
  EXPECT_EQ(store_path("sqlite:///x.db").value_or("?"), "x.db");
  EXPECT_EQ(store_path("sqlite:////a/b.db").value_or("?"), "/a/b.db");
  EXPECT_EQ(store_path("memory://").value_or("?"), "");
  EXPECT_EQ(store_path("postgresql://host/lab").value_or("?"), "");
}

TEST(StoreUrl, ShowsNoPassword) {
  for (const auto& [url, shown] :
       {std::pair{"postgresql://me:s3:cr@t@host:5/lab", "postgresql://me@host:5/lab"},
        std::pair{"postgresql://me:s3cret@/lab?host=/tmp", "postgresql://me@/lab?host=/tmp"},
        std::pair{"postgresql:///lab?password=s&user=me&sslpassword=t", "postgresql:///lab?user=me"},
        std::pair{"postgresql:///lab?password=s", "postgresql:///lab"},
        std::pair{"postgresql://host:5/a@b", "postgresql://host:5/a@b"},
        std::pair{"sqlite:///a:b@c.db", "sqlite:///a:b@c.db"}})
    EXPECT_EQ(without_password(url), shown);
  const auto refused = open_store("postgres://me:s3cret@host/db", true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("s3cret"), std::string::npos) << refused.error().message;
}

TEST(StoreUrl, AWrongOneIsRefusedWithTheCure) {
  struct Case {
    const char *url, *words;
  };
  for (const Case& wrong : {Case{"hone.db", "sqlite:///hone.db"}, Case{"", "sqlite:///"},
                            Case{"sqlite://x.db", "sqlite:///FILE"}, Case{"sqlite:///", "names no file"},
                            Case{"sqlit:///x.db", "sqlite"}, Case{"postgres://host/db", "postgresql"}}) {
    const auto store = open_store(wrong.url, false);
    ASSERT_FALSE(store) << wrong.url;
    EXPECT_EQ(store.error().kind, Error::Kind::invalid_argument);
    EXPECT_NE(store.error().message.find(wrong.words), std::string::npos) << store.error().message;
    EXPECT_FALSE(store_path(wrong.url)) << wrong.url;
  }
  EXPECT_FALSE(open_store("memory://name", true));
}

TEST(StoreUrl, EveryKindHasASchemeAndASummary) {
  EXPECT_GE(all_stores().size(), 3u);
  for (const StoreInfo* store : all_stores()) {
    EXPECT_FALSE(store->scheme.empty());
    EXPECT_FALSE(store->summary.empty());
  }
}

}  // namespace
}  // namespace hone
