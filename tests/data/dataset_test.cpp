/// Data sets from file to network input, in the plain cases.
#include "data/dataset.hpp"

#include <cmath>
#include <cstring>
#include <set>
#include <thread>

#include "data/helpers.hpp"
#include "data/idx_files.hpp"
#include "data/tables.hpp"

namespace hone {
namespace {

using test::any_contains;
using test::contains;

std::unique_ptr<Dataset> load(const DataOptions& options) {
  auto dataset = load_dataset(options);
  EXPECT_TRUE(dataset) << dataset.error().message;
  return dataset ? std::move(*dataset) : nullptr;
}

DataOptions options_of(const std::string& path, const std::string& target) {
  DataOptions options;
  options.path = path;
  options.target = target;
  return options;
}

TEST(Dataset, GoldenTable) {
  const test::Folder folder;
  const auto data = load(options_of(folder.write("t.csv", test::mixed_csv(100)), "y"));
  EXPECT_EQ(data->stem(), "t");
  EXPECT_EQ(data->rows(), 100u);
  EXPECT_EQ(data->target().classes, (std::vector<std::string>{"bad", "good"}));
  EXPECT_EQ(data->train().features.rows, 64u);
  EXPECT_EQ(data->validation().features.rows, 16u);
  EXPECT_EQ(data->test_rows(), 20u);
  // number 1, gap 2 (indicator), sort 4, two 1, when 3 (no hour); many is an embedding of 20 levels and index 0
  EXPECT_EQ(data->train().features.dense_width, 11u);
  EXPECT_EQ(data->train().features.dense.size(), 64u * 11);
  EXPECT_EQ(data->train().features.category_width, 1u);
  EXPECT_EQ(data->final_cardinalities(), (std::vector<std::size_t>{21}));
  EXPECT_EQ(data->train().targets.labels.size(), 64u);
  EXPECT_EQ(data->final_data().train.features.rows, 80u);
  EXPECT_EQ(data->final_data().test.features.rows, 20u);
  EXPECT_EQ(data->final_data().test.targets.labels.size(), 20u);
  EXPECT_TRUE(any_contains(data->notes(), "classification of 'y': 2 classes"));
  EXPECT_TRUE(any_contains(data->notes(), "64 train, 16 validation, 20 sealed test"));
}

TEST(Dataset, PackedFilesAreTheSameData) {
  const test::Folder folder;
  const auto plain = load(options_of(folder.write("t.csv", test::mixed_csv(100)), "y"));
  const auto packed = load(options_of(folder.write("u.csv.gz", test::gzip(test::mixed_csv(100))), "y"));
  EXPECT_EQ(plain->content_hash(), packed->content_hash());
  EXPECT_EQ(plain->train().features.dense, packed->train().features.dense);
  EXPECT_EQ(packed->stem(), "u");
}

TEST(Dataset, HashTellsEverythingThatMattersApart) {
  const test::Folder folder;
  const std::string path = folder.write("t.csv", test::mixed_csv(100));
  const DataOptions base = options_of(path, "y");
  std::set<std::string> hashes{load(base)->content_hash()};
  std::size_t count = 1;
  const auto differs = [&](auto&& change) {
    DataOptions options = base;
    change(options);
    hashes.insert(load(options)->content_hash());
    EXPECT_EQ(hashes.size(), ++count);
  };
  differs([](DataOptions& o) { o.target = "two"; });
  differs([](DataOptions& o) { o.task = Task::classification; });
  differs([](DataOptions& o) { o.columns["sort"] = "drop"; });
  differs([](DataOptions& o) { o.columns["sort"] = "categorical"; });
  differs([](DataOptions& o) { o.split_by = "many"; });
  differs([](DataOptions& o) { o.time_column = "when"; });
  differs([](DataOptions& o) { o.scaling = ScalingKind::robust; });
  differs([](DataOptions& o) { o.scaling = ScalingKind::quantile; });
  differs([](DataOptions& o) { o.seed = 1; });
  differs([](DataOptions& o) { o.test_share = 0.3; });
  differs([](DataOptions& o) { o.validation_share = 0.3; });
  differs([&](DataOptions& o) { o.path = folder.write("other.csv", test::mixed_csv(101)); });
  const std::string test_file = folder.write("test.csv", test::mixed_csv(30));
  differs([&](DataOptions& o) { o.test = test_file; });
  differs([&](DataOptions& o) { o.test = folder.write("test2.csv", test::mixed_csv(31)); });
  hashes.insert(load(base)->content_hash());
  EXPECT_EQ(hashes.size(), count);
}

TEST(Dataset, TestFileIsTheSealedPart) {
  const test::Folder folder;
  DataOptions options = options_of(folder.write("t.csv", test::mixed_csv(100)), "y");
  options.test = folder.write("test.csv", test::mixed_csv(30));
  const auto data = load(options);
  EXPECT_EQ(data->test_rows(), 30u);
  EXPECT_EQ(data->train().features.rows + data->validation().features.rows, 100u);
  EXPECT_EQ(data->final_data().test.features.rows, 30u);
  EXPECT_EQ(data->final_data().train.features.rows, 100u);
}

TEST(Dataset, SealedRowsChangeNoBitOfAnyEncoder) {
  const test::Folder folder;
  DataOptions options = options_of(folder.write("t.csv", test::mixed_csv(100)), "y");
  options.test = folder.write("test.csv", test::mixed_csv(30));
  const auto data = load(options);
  const std::string header = test::mixed_csv(0);
  options.test = folder.write("poison.csv", header +
                                                "9,1e308,-7,new,new,new,2099-01-01,note,other,1,good\n"
                                                "9,-1e308,inf,k0,yes,m1,,note,other,1,bad\n");
  const auto poisoned = load(options);
  EXPECT_EQ(data->train().features.dense, poisoned->train().features.dense);
  EXPECT_EQ(data->validation().features.dense, poisoned->validation().features.dense);
  EXPECT_EQ(data->final_data().encoder->to_json(), poisoned->final_data().encoder->to_json());
  for (const float value : poisoned->final_data().test.features.dense) EXPECT_TRUE(std::isfinite(value));
}

TEST(Dataset, ValidationRowsChangeNoBitOfTheSearchEncoder) {
  const test::Folder folder;
  // The split follows the target alone, so rows can be poisoned once it is known who validates: two splits that differ
  // in one feature of one row tell whether that row trains.
  const auto text = [](std::uint32_t poisoned) {
    return test::csv("x,c,y", 60, [&](std::uint32_t row, Rng& rng) {
      const std::string number = std::to_string(rng.uniform());
      return (row == poisoned ? "1e200,new" : number + ",c" + std::to_string(row % 3)) + (row % 2 ? ",a" : ",b");
    });
  };
  DataOptions options = options_of(folder.write("t.csv", text(60)), "y");
  options.test = folder.write("test.csv", text(60));
  const auto clean = load(options);
  std::size_t unchanged = 0;
  for (std::uint32_t row = 0; row < 60; ++row) {
    options.path = folder.write("p.csv", text(row));
    const auto poisoned = load(options);
    unchanged += clean->train().features.dense == poisoned->train().features.dense;
  }
  EXPECT_EQ(unchanged, clean->validation().features.rows);
}

TEST(Dataset, FinalDataIsMadeOnceByAnyThread) {
  const test::Folder folder;
  const auto data = load(options_of(folder.write("t.csv", test::mixed_csv(100)), "y"));
  std::vector<const Dataset::Final*> seen(4);
  {
    std::vector<std::jthread> threads;
    for (auto& one : seen) threads.emplace_back([&] { one = &data->final_data(); });
  }
  for (const auto* one : seen) EXPECT_EQ(one, seen[0]);
}

TEST(Dataset, RegressionIsScaledByTheTrainingPart) {
  const test::Folder folder;
  const auto data = load(options_of(folder.write("t.csv", test::mixed_csv(200)), "number"));
  EXPECT_EQ(data->target().task, Task::regression);
  double sum = 0, squares = 0;
  for (const float value : data->train().targets.values) {
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(data->train().targets.values.size());
  EXPECT_NEAR(sum / n, 0, 1e-5);
  EXPECT_NEAR(squares / n, 1, 1e-5);
  EXPECT_NE(data->target().mean, data->final_data().target.mean);
}

TEST(Dataset, GroupsAndTimeDecideTheSplit) {
  const test::Folder folder;
  const std::string text = test::csv("person,day,x,y", 300, [](std::uint32_t row, Rng& rng) {
    return "p" + std::to_string(row % 30) + "," + std::to_string(2000 + row / 28) + "-02-" + (row % 28 < 9 ? "0" : "") +
           std::to_string(row % 28 + 1) + "," + std::to_string(rng.uniform()) + (rng.below(2) ? ",a" : ",b");
  });
  DataOptions options = options_of(folder.write("t.csv", text), "y");
  options.split_by = "person";
  const auto grouped = load(options);
  EXPECT_EQ(grouped->test_rows() % 10, 0u);  // whole persons of 10 rows
  EXPECT_EQ(grouped->validation().features.rows % 10, 0u);
  EXPECT_EQ(grouped->columns()[0].role, "group");
  options.split_by = "";
  options.time_column = "day";
  const auto timed = load(options);
  EXPECT_EQ(timed->columns()[1].role, "time");
  EXPECT_EQ(timed->test_rows(), 60u);
  EXPECT_TRUE(any_contains(timed->notes(), "split by time 'day'"));
  // month and weekday, no year: February every year, so the weekday alone is left
  EXPECT_EQ(timed->train().features.dense_width, 1u + 1u);
}

TEST(Dataset, OrderedRowsAreSplitInRuns) {
  const test::Folder folder;
  const std::string text = test::csv("x,y", 1000, [](std::uint32_t row, Rng& rng) {
    return std::to_string(rng.uniform()) + "," + std::to_string(std::sin(row * 0.02) * 10 + rng.uniform());
  });
  const auto data = load(options_of(folder.write("t.csv", text), "y"));
  EXPECT_TRUE(any_contains(data->notes(), "rows look ordered in time"));
  // Neighbours validate together: the validation targets, in file order, follow each other smoothly.
  const auto& values = data->validation().targets.values;
  std::size_t jumps = 0;
  for (std::size_t i = 1; i < values.size(); ++i) jumps += std::abs(values[i] - values[i - 1]) > 0.5;
  EXPECT_LT(jumps, 12u);
  EXPECT_NEAR(static_cast<double>(values.size()), 160, 21);
}

TEST(Dataset, ImagesKeepTheirBytes) {
  const test::Folder folder;
  test::write_mnist_like(folder, 60, 12);
  DataOptions options = options_of(folder.path(""), "");
  const auto data = load(options);
  options.scaling = ScalingKind::robust;  // would do nothing here, so it is refused
  const auto scaled = load_dataset(options);
  ASSERT_FALSE(scaled);
  EXPECT_NE(scaled.error().message.find("--scaling out"), std::string::npos) << scaled.error().message;
  const Features& train = data->train().features;
  EXPECT_TRUE(train.is_bytes());
  EXPECT_EQ(train.dense_width, 4u);
  EXPECT_EQ(train.rows, 48u);
  EXPECT_EQ(data->test_rows(), 12u);
  EXPECT_EQ(data->final_data().train.features.rows, 60u);
  double sum = 0, squares = 0;
  for (const std::uint8_t byte : train.bytes) {
    const double value = byte * train.byte_scale + train.byte_shift;
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / static_cast<double>(train.bytes.size()), 0, 1e-5);
  EXPECT_NEAR(squares / static_cast<double>(train.bytes.size()), 1, 1e-5);
  for (std::size_t i = 0; i < train.rows; ++i)  // labels stay with their images
    EXPECT_EQ(train.bytes[4 * i], 10 * data->train().targets.labels[i]);
}

TEST(Dataset, ATestFileOfImagesIsTheSealedPart) {
  const test::Folder folder, other;
  test::write_mnist_like(folder, 60, 12);
  test::write_mnist_like(other, 21, 9);
  DataOptions options = options_of(folder.path(""), "");
  options.test = other.path("t10k-images-idx3-ubyte.gz");
  const auto data = load(options);
  EXPECT_EQ(data->test_rows(), 9u);
  EXPECT_EQ(data->final_data().test.features.rows, 9u);
  EXPECT_EQ(data->final_data().train.features.rows, 60u);
}

TEST(Dataset, LabelsNeverSeenArePredictedButNotScored) {
  const test::Folder folder, other;
  test::write_mnist_like(folder, 60, 12);
  test::write_mnist_like(other, 12, 12);
  const auto data = load(options_of(folder.path(""), ""));
  const auto& encoder = *data->final_data().encoder;
  std::vector<std::string> notes;
  const auto known = encoder.encode_file(other.path("train-images-idx3-ubyte.gz"), notes);
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_EQ(known->targets.labels.size(), 12u);
  EXPECT_TRUE(notes.empty());
  other.write("train-labels-idx1-ubyte", test::idx_text({12}, std::vector<std::uint8_t>(12, 7)));
  const auto unknown = encoder.encode_file(other.path("train-images-idx3-ubyte.gz"), notes);
  ASSERT_TRUE(unknown) << unknown.error().message;
  EXPECT_EQ(unknown->features.bytes, known->features.bytes);
  EXPECT_TRUE(unknown->targets.labels.empty());
  EXPECT_TRUE(any_contains(notes, "label 7 was not in the training data"));
  other.write("wide-images-idx3-ubyte", test::idx_text({2, 2, 3}, std::vector<std::uint8_t>(12)));
  EXPECT_TRUE(contains(test::refusal(encoder.encode_file(other.path("wide-images-idx3-ubyte"), notes)),
                       "has 6 bytes per image, the network was trained on 4"));
}

TEST(Dataset, RowsWithoutATargetAreLeftOutAndCounted) {
  const test::Folder folder;
  const auto text = [](std::uint32_t every) {
    return test::csv("x,y", 100, [&](std::uint32_t row, Rng& rng) {
      return std::to_string(rng.uniform()) + (row % every == 0 ? "," : row % 2 ? ",a" : ",b");
    });
  };
  DataOptions options = options_of(folder.write("t.csv", text(10)), "y");
  options.test = folder.write("test.csv", text(20));
  const auto data = load(options);
  EXPECT_EQ(data->train().features.rows + data->validation().features.rows, 90u);
  EXPECT_EQ(data->test_rows(), 95u);
  EXPECT_TRUE(any_contains(data->notes(), "10 rows without 'y' are left out"));
  EXPECT_TRUE(any_contains(data->notes(), "5 rows of '" + options.test + "' without 'y' are left out"));
}

TEST(Dataset, RowsWithoutATimeAreTheEarliest) {
  const test::Folder folder;
  const std::string text = test::csv("t,x,y", 100, [](std::uint32_t row, Rng& rng) {
    return (row % 10 == 9 ? "" : std::to_string(row)) + "," + std::to_string(rng.uniform()) + (row % 3 ? ",a" : ",b");
  });
  DataOptions options = options_of(folder.write("t.csv", text), "y");
  options.time_column = "t";
  const auto data = load(options);
  EXPECT_TRUE(any_contains(data->notes(), "10 rows without a time count as the earliest"));
  EXPECT_EQ(data->train().features.dense_width, 1u);  // a time of numbers is no feature
  EXPECT_EQ(data->test_rows(), 20u);
  const auto& labels = data->final_data().test.targets.labels;  // the last 20 rows that have a time: 77 to 98
  std::size_t b = 0;
  for (const std::int32_t label : labels) b += label == 1 ? 1u : 0u;
  std::size_t expected = 0, taken = 0;
  for (std::uint32_t row = 99; taken < 20; --row)
    if (row % 10 != 9) ++taken, expected += row % 3 == 0 ? 1u : 0u;
  EXPECT_EQ(b, expected);
}

TEST(Dataset, KnownDataSetsHaveAPackage) {
  ASSERT_FALSE(known_datasets().empty());
  for (const KnownDataset& known : known_datasets()) {
    EXPECT_FALSE(known.name.empty() || known.path.empty() || known.package.empty() || known.summary.empty());
    DataOptions options;
    options.path = known.name;
    const auto data = load_dataset(options);
    if (data)
      EXPECT_EQ((*data)->stem(), known.name);
    else
      EXPECT_TRUE(contains(data.error().message, "apt-get install " + std::string(known.package)));
  }
}

TEST(Dataset, SharedTablesLoad) {
  const std::string shared = HONE_SOURCE_DIR "/../shared/data/";
  if (!std::filesystem::exists(shared + "tabular_adult/train.csv"))
    GTEST_SKIP() << "the primary data sets, which are no part of the repository, are not in " << shared;
  DataOptions options = options_of(shared + "tabular_adult/train.csv", "income");
  options.test = shared + "tabular_adult/test.csv";
  const auto adult = load(options);
  EXPECT_EQ(adult->rows(), 32561u);
  EXPECT_EQ(adult->test_rows(), 16281u);
  EXPECT_EQ(adult->target().classes, (std::vector<std::string>{"<=50K", ">50K"}));
  for (const float value : adult->train().features.dense) ASSERT_TRUE(std::isfinite(value) && std::abs(value) < 20);
  const auto pm25 = load(options_of(shared + "tabular_pm25/train.csv", "pm2.5"));
  EXPECT_TRUE(any_contains(pm25->notes(), "rows look ordered in time"));
  EXPECT_EQ(pm25->target().task, Task::regression);
}

}  // namespace
}  // namespace hone
