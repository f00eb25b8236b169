/// Input that people really have: what is refused, with its message, and what is survived, with its decision.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>

#include "data/helpers.hpp"
#include "data/idx_files.hpp"
#include "data/tables.hpp"

namespace hone {
namespace {

using test::any_contains;
using test::contains;

class BadInput : public testing::Test {
 protected:
  /// What is said about `content` as file `name`.
  std::string said(std::string_view content, const std::string& target = "y", std::string_view name = "bad.csv") {
    options_.path = folder_.write(name, content);
    options_.target = target;
    return test::refusal(load_dataset(options_));
  }
  std::unique_ptr<Dataset> survives(std::string_view content, const std::string& target = "y") {
    options_.path = folder_.write("odd.csv", content);
    options_.target = target;
    auto data = load_dataset(options_);
    EXPECT_TRUE(data) << data.error().message;
    return data ? std::move(*data) : nullptr;
  }
  static ColumnDecision column(const Dataset& data, std::string_view name) {
    for (const ColumnDecision& one : data.columns())
      if (one.name == name) return one;
    return {};
  }
  /// Rows of `x` (given), a number, and a target of two classes.
  static std::string table(std::uint32_t rows, const std::function<std::string(std::uint32_t)>& x) {
    return test::csv("x,n,y", rows, [&](std::uint32_t row, Rng& rng) {
      return x(row) + "," + std::to_string(rng.uniform()) + (row % 2 ? ",a" : ",b");
    });
  }

  test::Folder folder_;
  DataOptions options_;
};

TEST_F(BadInput, Missing) {
  options_.path = folder_.path("nowhere.csv");
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "nowhere.csv' is neither a file nor a folder"));
  options_.path = "fashion-mnst";
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "did you mean 'fashion-mnist'?"));
  options_.path = "";
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "no data named"));
}

TEST_F(BadInput, Empty) {
  EXPECT_TRUE(contains(said(""), "is empty"));
  EXPECT_TRUE(contains(said("\n\n\n"), "no header and no rows"));
  EXPECT_TRUE(contains(said("x,y\n"), "0 usable rows"));
}

TEST_F(BadInput, Binary) {
  EXPECT_TRUE(contains(said(std::string("x,y\n\0\1\2", 7)), "is binary"));
  EXPECT_TRUE(contains(said(std::string("\x7f"
                                        "ELF\0\0\0\0\0",
                                        9)),
                       "is binary"));
}

TEST_F(BadInput, TruncatedGzip) {
  const std::string packed = test::gzip(test::mixed_csv(500));
  const std::string message = said(packed.substr(0, packed.size() / 2), "y", "cut.csv.gz");
  EXPECT_TRUE(contains(message, "cut.csv.gz") && contains(message, "truncated gzip")) << message;
}

TEST_F(BadInput, Unreadable) {
  options_.path = folder_.write("secret.csv", "x,y\n");
  ::chmod(options_.path.c_str(), 0);
  ::chmod(folder_.path("").c_str(), 0755);
  const bool is_root = ::geteuid() == 0;  // who may read every file: be nobody for a moment
  ASSERT_TRUE(!is_root || ::seteuid(65534) == 0);
  const auto loaded = load_dataset(options_);
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  EXPECT_TRUE(contains(test::refusal(loaded), "Permission denied; change the permissions of the file"));
}

TEST_F(BadInput, Folder) {
  options_.path = folder_.path("");
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "no IDX files"));
}

TEST_F(BadInput, RaggedRow) {
  std::string text = table(30, [](auto row) { return std::to_string(row * row); });
  text += "1,2\n";
  EXPECT_TRUE(contains(said(text), "line 32: 2 cells where the header has 3"));
}

TEST_F(BadInput, NoHeader) {
  EXPECT_TRUE(contains(said("1,2,3\n4,5,6\n", ""), "has no header: line 1"));
}

TEST_F(BadInput, DuplicateNames) {
  EXPECT_TRUE(contains(said("x,y,x\n1,2,3\n"), "columns 1 and 3 have the same name 'x'"));
}

TEST_F(BadInput, TargetMissingOrNotNamed) {
  const std::string text = table(30, [](auto row) { return std::to_string(row * row); });
  const std::string wrong = said(text, "yy");
  EXPECT_TRUE(contains(wrong, "no column 'yy'") && contains(wrong, "did you mean 'y'?") && contains(wrong, "x, n, y"))
      << wrong;
  const std::string none = said(text, "");
  EXPECT_TRUE(contains(none, "--target NAME") && contains(none, "--target y") && contains(none, "x, n, y")) << none;
}

TEST_F(BadInput, TargetConstant) {
  EXPECT_TRUE(contains(said(test::csv("x,y", 30, [](auto row, Rng&) { return std::to_string(row) + ",same"; })),
                       "is 'same' in every row"));
}

TEST_F(BadInput, TooFewRows) {
  EXPECT_TRUE(contains(said(table(9, [](auto row) { return std::to_string(row); })), "9 usable rows (of 9"));
}

TEST_F(BadInput, StrayText) {
  const auto text = table(300, [](auto row) { return row == 250 ? std::string("oops") : std::to_string(row * row); });
  const std::string message = said(text);
  EXPECT_TRUE(contains(message, "line 252: 'oops'") && contains(message, "--columns x=numeric")) << message;
  options_.columns["x"] = "numeric";
  EXPECT_EQ(column(*survives(text), "x").role, "numeric");
}

TEST_F(BadInput, UnknownColumns) {
  const auto text = table(30, [](auto row) { return std::to_string(row * row); });
  options_.split_by = "person";
  EXPECT_TRUE(contains(said(text), "no column 'person' (--split-by)"));
  options_.split_by = "";
  options_.time_column = "dat";
  EXPECT_TRUE(contains(said(text), "no column 'dat' (--time-column)"));
  options_.split_by = "x";
  EXPECT_TRUE(contains(said(text), "exclude each other"));
  options_.split_by = options_.time_column = "";
  options_.columns["z"] = "drop";
  EXPECT_TRUE(contains(said(text), "no column 'z'"));
}

TEST_F(BadInput, TimeColumnOfText) {
  options_.time_column = "x";
  const std::string message =
      said(table(60, [](auto row) { return row == 40 ? std::string("later") : std::to_string(row); }));
  EXPECT_TRUE(contains(message, "line 42: 'later' in the time column 'x'")) << message;
}

TEST_F(BadInput, TestFileThatDoesNotFit) {
  const auto text = table(60, [](auto row) { return std::to_string(row * row); });
  options_.test = folder_.write("test.csv", "x,y\n1,a\n2,b\n");
  EXPECT_TRUE(contains(said(text), "missing 'n'"));
  options_.test = folder_.write("test.csv", "x,n,y\n1,2,a\n2,3,c\n");
  const std::string label = said(text);
  EXPECT_TRUE(contains(label, "line 3: 'c' of the target 'y' does not occur in")) << label;
  options_.test = folder_.write("test.csv", "x,n\n1,2\n");
  EXPECT_TRUE(contains(said(text), "no column 'y'"));
  options_.test = folder_.write("test.csv", "x,n,y\n1,2,\n");
  EXPECT_TRUE(contains(said(text), "no row with a target"));
}

TEST_F(BadInput, Shares) {
  options_.validation_share = 1.5;
  EXPECT_TRUE(contains(said("x,y\n"), "share of 1.5"));
}

TEST_F(BadInput, ImagesThatDoNotFit) {
  test::write_mnist_like(folder_, 30, 12);
  options_.path = folder_.path("");
  options_.target = "y";
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "target is 'label'"));
  options_.target = "";
  options_.split_by = "x";
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "no columns"));
  options_.split_by = "";
  folder_.write("t10k-labels-idx1-ubyte", test::idx_text({11}, std::vector<std::uint8_t>(11, 1)));
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "12 images"));
  folder_.write("t10k-labels-idx1-ubyte", test::idx_text({12}, std::vector<std::uint8_t>(12, 9)));
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "label 9"));
  folder_.write("t10k-labels-idx1-ubyte", test::idx_text({12}, std::vector<std::uint8_t>(12, 1)));
  folder_.write("t10k-images-idx3-ubyte.gz", test::gzip(test::idx_text({12, 2, 3}, std::vector<std::uint8_t>(72))));
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "has 6 bytes per image"));
  folder_.write("train-labels-idx1-ubyte", test::idx_text({30}, std::vector<std::uint8_t>(30, 1)));
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "every label is 1"));
  std::filesystem::remove(folder_.path("train-labels-idx1-ubyte"));
  EXPECT_TRUE(contains(test::refusal(load_dataset(options_)), "no labels beside"));
}

TEST_F(BadInput, EmptyAndConstantColumnsAreDropped) {
  const auto data = survives(test::mixed_csv(60));
  EXPECT_EQ(column(*data, "nothing").role, "dropped");
  EXPECT_EQ(column(*data, "same").role, "dropped");
  EXPECT_EQ(column(*data, "id").role, "dropped");
  EXPECT_EQ(column(*data, "note").role, "dropped");
}

TEST_F(BadInput, ClassWithOneMemberIsKeptInTraining) {
  const auto data = survives(test::csv("x,y", 50, [](auto row, Rng& rng) {
    return std::to_string(rng.uniform()) + (row == 17 ? ",rare" : row % 2 ? ",a" : ",b");
  }));
  EXPECT_TRUE(any_contains(data->notes(), "one member, kept in training: 'rare'"));
  const auto& labels = data->train().targets.labels;
  EXPECT_EQ(std::count(labels.begin(), labels.end(), 2), 1);
}

TEST_F(BadInput, HugeValuesAreNamedAndDrawnIn) {
  const auto data =
      survives(table(60, [](auto row) { return row == 30 ? std::string("1e308") : std::to_string(row * row % 41); }));
  EXPECT_TRUE(any_contains(data->notes(), "column 'x': 1 value far out (line 32: 1e308)"));
  for (const EncodedPart* part :
       {&data->train(), &data->validation(), &data->final_data().train, &data->final_data().test})
    for (const float value : part->features.dense) EXPECT_TRUE(std::isfinite(value) && std::abs(value) < 20);
}

TEST_F(BadInput, InfinityIsMissing) {
  const auto data = survives(table(60, [](auto row) {
    return row % 6 == 0 ? std::string(row % 4 ? "inf" : "-inf") : std::to_string(row * row % 41);
  }));
  EXPECT_EQ(column(*data, "x").role, "numeric");
  EXPECT_GT(column(*data, "x").missing, 0u);
}

TEST_F(BadInput, TenThousandColumns) {
  std::string header, line;
  for (int c = 0; c < 10'000; ++c) header += "c" + std::to_string(c) + ",";
  const std::string text = test::csv(header + "y", 40, [](auto row, Rng& rng) {
    std::string cells;
    for (int c = 0; c < 10'000; ++c) cells += std::to_string(rng.below(1000)) + ",";
    return cells + (row % 2 ? "a" : "b");
  });
  const auto data = survives(text);
  EXPECT_EQ(data->train().features.dense_width, 10'000u);
}

TEST_F(BadInput, UnseenLevelsAtPredictTime) {
  const auto data = survives(table(60, [](auto row) { return "c" + std::to_string(row % 4); }));
  std::vector<std::string> notes;
  const auto part = data->final_data().encoder->encode_file(folder_.write("p.csv", "x,n\nc9,0.5\n"), notes);
  ASSERT_TRUE(part);
  EXPECT_EQ(std::vector<float>(part->features.dense.begin(), part->features.dense.begin() + 4),
            std::vector<float>(4, 0.0f));
}

/// Whatever is done to a file, loading it ends in an answer. Fixed budget.
TEST_F(BadInput, DamagedFilesAreAnswered) {
  const std::string good = test::mixed_csv(30);
  std::size_t accepted = 0;
  for (std::uint32_t round = 0; round < 400; ++round) {
    Rng rng(6, RngPurpose::simulation, round);
    std::string text = good;
    for (std::uint32_t edits = 1 + rng.below(4); edits > 0; --edits) {
      const std::size_t at = rng.below(static_cast<std::uint32_t>(text.size()));
      constexpr std::string_view alphabet = ",\"\n\r;\t \xFF\xC3-e9.N?";
      switch (rng.below(4)) {
        case 0:
          text[at] = alphabet[rng.below(static_cast<std::uint32_t>(alphabet.size()))];
          break;
        case 1:
          text.insert(at, 1, alphabet[rng.below(static_cast<std::uint32_t>(alphabet.size()))]);
          break;
        case 2:
          text.erase(at, rng.below(40));
          break;
        default:
          text.insert(at, text.substr(rng.below(static_cast<std::uint32_t>(text.size())), rng.below(60)));
      }
    }
    options_.path = folder_.write("damaged.csv", text);
    options_.target = "y";
    const auto data = load_dataset(options_);
    if (!data) {
      EXPECT_FALSE(data.error().message.empty());
      continue;
    }
    ++accepted;
    for (const float value : (*data)->final_data().test.features.dense) ASSERT_TRUE(std::isfinite(value));
  }
  EXPECT_GT(accepted, 20u);
  EXPECT_LT(accepted, 400u);
}

}  // namespace
}  // namespace hone
