// Encoders as JSON: round trips, and hostile input.
#include <cstring>
#include <span>

#include "base/rng.hpp"
#include "data/helpers.hpp"
#include "data/idx_files.hpp"
#include "data/table_encoder.hpp"
#include "data/tables.hpp"

namespace hone {
namespace {

using test::contains;

std::unique_ptr<Dataset> load(const std::string& path, const std::string& target) {
  DataOptions options;
  options.path = path;
  options.target = target;
  auto dataset = load_dataset(options);
  EXPECT_TRUE(dataset) << dataset.error().message;
  return dataset ? std::move(*dataset) : nullptr;
}

std::unique_ptr<Encoder> read_back(const Encoder& encoder) {
  auto parsed = parse_encoder(encoder.to_json());
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? std::move(*parsed) : nullptr;
}

/// Bits, not values: -0 and 0 differ.
bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

std::string corruption(std::string_view json) {
  const auto parsed = parse_encoder(json);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().kind, Error::Kind::corrupt);
  return parsed.error().message;
}

TEST(EncoderJson, TablesComeBackBitForBit) {
  const test::Folder folder;
  for (const std::string& target : {std::string("y"), std::string("number")}) {
    const std::string path = folder.write("t.csv", test::mixed_csv(120));
    const auto dataset = load(path, target);
    const Encoder& encoder = *dataset->final_data().encoder;
    const auto back = read_back(encoder);
    EXPECT_EQ(back->to_json(), encoder.to_json());
    EXPECT_EQ(back->dense_width(), encoder.dense_width());
    EXPECT_EQ(back->cardinalities(), encoder.cardinalities());
    std::vector<std::string> notes;
    const auto a = encoder.encode_file(path, notes), b = back->encode_file(path, notes);
    ASSERT_TRUE(a && b);
    EXPECT_TRUE(same_bits(a->features.dense, b->features.dense));
    EXPECT_EQ(a->features.categories, b->features.categories);
    EXPECT_EQ(a->targets.labels, b->targets.labels);
    EXPECT_TRUE(same_bits(a->targets.values, b->targets.values));
  }
}

TEST(EncoderJson, ImagesComeBackBitForBit) {
  const test::Folder folder;
  test::write_mnist_like(folder, 30, 12);
  const auto dataset = load(folder.path(""), "");
  const auto back = read_back(*dataset->final_data().encoder);
  std::vector<std::string> notes;
  const auto part = back->encode_file(folder.path(""), notes);
  ASSERT_TRUE(part);
  const Features& expected = dataset->final_data().test.features;
  EXPECT_EQ(part->features.bytes, expected.bytes);
  EXPECT_EQ(part->features.byte_scale, expected.byte_scale);
  EXPECT_EQ(part->features.byte_shift, expected.byte_shift);
  EXPECT_EQ(part->targets.labels, dataset->final_data().test.targets.labels);
}

TEST(EncoderJson, OddTextsSurvive) {
  const test::Folder folder;
  const std::string text = test::csv("\"na\"\"me, \xC3\xA9\",y", 60, [](std::uint32_t row, Rng&) {
    return "\"l\"\"" + std::to_string(row % 5) + "\n\xE2\x82\xAC\"," + (row % 2 ? "\"\\\"\"\"" : "b");
  });
  const auto dataset = load(folder.write("t.csv", text), "y");
  EXPECT_EQ(read_back(*dataset->final_data().encoder)->to_json(), dataset->final_data().encoder->to_json());
}

/// An encoder of one numeric column with that scaling.
std::string with_scaling(std::string_view scaling) {
  return R"({"format":1,"kind":"table","target":{"task":"classification","name":"y","classes":["a","b"]},"columns":)"
         R"([{"name":"x","role":"numeric","indicator":false,"scaling":)" +
         std::string(scaling) + "}]}";
}

TEST(EncoderJson, ScalingsOfEveryKind) {
  std::vector<double> numbers;
  for (int i = 0; i < 300; ++i) numbers.push_back(i * i * 0.1);
  for (const ScalingKind kind : {ScalingKind::standard, ScalingKind::robust, ScalingKind::quantile}) {
    ColumnCode code;
    code.name = "x";
    code.scaling = NumericScaling::fit(numbers, kind);
    TargetInfo target;
    target.name = "y";
    target.classes = {"a", "b"};
    const TableEncoder encoder(target, {code});
    const auto again = parse_encoder(encoder.to_json());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ((*again)->to_json(), encoder.to_json());
  }
  const std::pair<const char*, const char*> damages[] = {
      {R"({"center":0,"kind":"other","deviation":1})", "kind is unknown: 'other'"},
      {R"({"center":0,"kind":3,"deviation":1})", "kind is no text"},
      {R"({"center":0,"kind":"robust"})", "deviation is missing"},
      {R"({"center":0,"kind":"robust","deviation":-1})", "deviation must be above zero"},
      {R"({"center":0,"kind":"quantile","knots":[],"scores":[]})", "knots are none"},
      {R"({"center":0,"kind":"quantile","knots":[1,2],"scores":[0]})", "not as many as the scores"},
      {R"({"center":0,"kind":"quantile","knots":[1,1],"scores":[0,1]})", "knots are not in ascending order"},
      {R"({"center":0,"kind":"quantile","knots":[1,"2"],"scores":[0,1]})", "knots holds something that is no number"},
      {R"({"center":0,"kind":"quantile","knots":1,"scores":[0]})", "knots is no list"}};
  for (const auto& [scaling, says] : damages)
    EXPECT_NE(corruption(with_scaling(scaling)).find(says), std::string::npos) << corruption(with_scaling(scaling));
}

TEST(EncoderJson, HostileTexts) {
  EXPECT_TRUE(contains(corruption(""), "not valid JSON"));
  EXPECT_TRUE(contains(corruption("{"), "not valid JSON"));
  EXPECT_TRUE(contains(corruption("[]"), "is no object"));
  EXPECT_TRUE(contains(corruption("{}"), "format is missing"));
  EXPECT_TRUE(contains(corruption(R"({"format":2})"), "format 2 is not known"));
  EXPECT_TRUE(contains(corruption(R"({"format":1,"kind":"x"})"), "kind is unknown: 'x'"));
  EXPECT_TRUE(contains(corruption(std::string(100'000, '[')), "nested deeper"));
  EXPECT_TRUE(contains(corruption(std::string(1000, '{')), "nested deeper"));
  const std::string start =
      R"({"format":1,"kind":"table","target":{"task":"regression","name":"y","mean":0,"scale":1,"low":0,"high":1},)";
  EXPECT_TRUE(contains(corruption(start + R"("columns":[]})"), "columns"));
  EXPECT_TRUE(contains(corruption(start + R"("columns":[1]})"), "columns[0]"));
  const std::string flat = R"("scaling":{"center":0,"mean":0,"deviation":0}}]})";
  EXPECT_TRUE(contains(corruption(start + R"("columns":[{"name":"a","role":"numeric","indicator":false,)" + flat),
                       "deviation must be above zero"));
  EXPECT_TRUE(
      contains(corruption(start + R"("columns":[{"name":"a","role":"embedding","levels":["b","a"]}]})"), "ascending"));
  const std::string images =
      R"({"format":1,"kind":"images","target":{"task":"classification","name":"l","classes":["0","1"]},)";
  EXPECT_TRUE(contains(corruption(images + R"("width":1e18,"scale":1,"shift":0})"), "width"));
  EXPECT_TRUE(contains(corruption(images + R"("width":4,"scale":1e-300,"shift":0})"), "scale"));
}

TEST(EncoderJson, EveryMissingKeyAndEveryDamageIsSurvived) {
  const test::Folder folder;
  const std::string good = load(folder.write("t.csv", test::mixed_csv(80)), "y")->final_data().encoder->to_json();
  for (const char* key : {"format", "kind", "target", "columns", "task", "name", "classes", "role", "indicator",
                          "scaling", "center", "mean", "deviation", "levels", "order", "parts"}) {
    std::string text = good;
    const auto at = text.find("\"" + std::string(key) + "\"");
    ASSERT_NE(at, std::string::npos) << key;
    text[at + 1] = '_';
    EXPECT_NE(corruption(text), "accepted") << key;
  }
  for (std::uint32_t round = 0; round < 1500; ++round) {
    Rng rng(4, RngPurpose::simulation, round);
    std::string text = good;
    for (std::uint32_t edits = 1 + rng.below(3); edits > 0; --edits) {
      const std::size_t at = rng.below(static_cast<std::uint32_t>(text.size()));
      constexpr std::string_view alphabet = "{}[],:\"0-1e.ntf\\\xFF ";
      if (rng.below(2))
        text[at] = alphabet[rng.below(static_cast<std::uint32_t>(alphabet.size()))];
      else
        text.erase(at, 1 + rng.below(20));
    }
    if (const auto parsed = parse_encoder(text)) {
      EXPECT_FALSE((*parsed)->to_json().empty());
    }
  }
}

}  // namespace
}  // namespace hone
