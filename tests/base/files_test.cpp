// What write_file may replace, and what it may not.
#include "base/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "temporary_folder.hpp"

namespace hone {
namespace {

namespace fs = std::filesystem;

TEST(Files, AreReplacedAsAWhole) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "a";
  for (const bool durable : {false, true}) {
    ASSERT_TRUE(write_file(file, "first and longer", durable));
    ASSERT_TRUE(write_file(file, "second", durable));
    EXPECT_EQ(*read_file(file), "second");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, ALinkStaysAndWhatItLeadsToIsReplaced) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "deep");
  ASSERT_TRUE(write_file(folder.path() / "deep" / "a", "old"));
  fs::create_symlink("deep/a", folder.path() / "link");
  ASSERT_TRUE(write_file(folder.path() / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
  EXPECT_EQ(*read_file(folder.path() / "deep" / "a"), "new");
}

/// As /dev/stdout, which must not become a file.
TEST(Files, APipeIsWrittenToAndStaysOne) {
  const TemporaryFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string got;
  std::jthread reader([&] {
    const int fd = ::open(pipe.c_str(), O_RDONLY);
    char buffer[64];
    for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;) got.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
  });
  const auto written = write_file(pipe, "through the pipe");
  reader.join();
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(got, "through the pipe");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(Files, AFolderIsRefused) {
  const TemporaryFolder folder;
  const auto written = write_file(folder.path(), "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, Error::Kind::invalid_argument);
  EXPECT_NE(written.error().message.find("is a folder, a file is needed"), std::string::npos);
}

}  // namespace
}  // namespace hone
