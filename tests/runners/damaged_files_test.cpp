// Model files and checkpoints that are damaged: every flipped bit and every truncation is refused, and a checksum that
// fits does not make a content true.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "runners/model.hpp"
#include "runners/network_checkpoint.hpp"
#include "temporary_folder.hpp"

namespace hone {
namespace {

constexpr std::string_view encoder_text = R"({"format":1,"kind":"table","target":{"task":"classification","name":"y",
"classes":["a","b","c"]},"columns":[{"name":"n","role":"numeric","indicator":false,
"scaling":{"center":0,"mean":0,"deviation":1}},{"name":"e","role":"embedding","levels":["u","v"]}]})";

/// A small network, its data, and the model made of it.
struct Small {
  NetworkSpec spec;
  Features features;
  Targets targets;
  std::unique_ptr<Trainer> trainer;

  Small() {
    spec.dense_width = features.dense_width = 1;
    spec.cardinalities = {3};
    spec.embedding_widths = {1};
    spec.hidden = {2};
    spec.activation = *find_activation("relu");
    spec.outputs = 3;
    features.rows = 3;
    features.dense = {1, 2, 3};
    features.category_width = 1;
    features.categories = {0, 1, 2};
    targets.labels = {0, 1, 2};
    TrainOptions options;
    options.optimizer = OptimizerKind::sgd;
    auto made = Trainer::create(spec, options, {}, features, targets);
    EXPECT_TRUE(made) << made.error().message;
    trainer = std::move(*made);
    EXPECT_TRUE(trainer->train_epoch());
  }
  std::string model() const {
    Model model;
    model.encoder = *parse_encoder(encoder_text);
    model.spec = spec;
    model.members = {trainer->weights()};
    model.study = "s";
    return model_content(model);
  }
};

std::string flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

TEST(DamagedModel, EveryFlippedBitAndEveryTruncationIsRefused) {
  const std::string whole = Small().model();
  ASSERT_TRUE(parse_model(whole)) << parse_model(whole).error().message;
  const std::size_t first_line = whole.find('\n');
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    const auto model = parse_model(flipped(whole, bit));
    ASSERT_FALSE(model) << bit;
    ASSERT_TRUE(bit / 8 <= first_line || model.error().kind == Error::Kind::corrupt) << bit;
  }
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_FALSE(parse_model(std::string_view(whole).substr(0, length))) << length;
  EXPECT_FALSE(parse_model(whole + "0"));
}

TEST(DamagedModel, IsRefusedWithItsPathAndTheCure) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "model.hone";
  const std::string whole = Small().model();
  const std::pair<std::string, const char*> cases[] = {
      {"", "is not a model file of hone"},
      {"a,b\n1,2\n", "is not a model file of hone"},
      {"hone-model 2\n" + whole.substr(13), "was written by a newer hone"},
      {whole.substr(0, 20), "is cut off"},
      {whole.substr(0, whole.size() / 2), "is damaged (its checksum does not fit)"},
      {flipped(whole, 4 * whole.size()), "is damaged (its checksum does not fit)"}};
  for (const auto& [content, says] : cases) {
    ASSERT_TRUE(write_file(file, content));
    const auto loaded = load_model(file);
    ASSERT_FALSE(loaded) << says;
    EXPECT_EQ(loaded.error().message, fmt::format("'{}' {}; train it again with `hone fit`", file.string(), says));
  }
  EXPECT_EQ(load_model(folder.path() / "none.hone").error().kind, Error::Kind::not_found);
}

/// With a length and a checksum that fit the changed header.
std::string resealed(const std::string& whole, const std::string& from, const std::string& to) {
  const std::size_t line = whole.find('\n', 13);
  const auto length = static_cast<std::size_t>(*parse_integer(whole.substr(13, line - 13)));
  std::string header = whole.substr(line + 1, length);
  const std::size_t at = header.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in " << header;
  if (at != std::string::npos) header.replace(at, from.size(), to);
  const std::string weights = whole.substr(line + 1 + length, whole.size() - 16 - line - 1 - length);
  const std::string content = fmt::format("hone-model 1\n{}\n{}{}", header.size(), header, weights);
  return content + hash_text(content);
}

TEST(DamagedModel, AChecksumThatFitsDoesNotMakeAHeaderTrue) {
  const std::string whole = Small().model();
  EXPECT_EQ(resealed(whole, "", ""), whole);
  const auto refusal = [&](const std::string& from, const std::string& to) {
    const auto model = parse_model(resealed(whole, from, to));
    EXPECT_TRUE(model || model.error().kind == Error::Kind::corrupt) << to;
    return model ? "accepted" : model.error().message;
  };
  const std::string deep(100'000, '[');
  const std::tuple<const char*, std::string, const char*> cases[] = {
      {"\"hidden\":[2]", "\"hidden\":[-2]", "hidden is -2"},
      {"\"hidden\":[2]", "\"hidden\":[2.5]", "hidden is 2.5"},
      {"\"hidden\":[2]", "\"hidden\":[1e300]", "hidden is 1e+300"},
      {"\"hidden\":[2]", "\"hidden\":[18446744073709551615]", "hidden is 18446744073709551615"},
      {"\"hidden\":[2]", "\"hidden\":[9007199254740992,9007199254740992]", "bytes of weights where this network has"},
      {"\"hidden\":[2]", "\"hidden\":[0]", "hidden layer 1 has 0 units"},
      {"\"hidden\":[2]", "\"hidden\":2", "hidden is no list"},
      {"\"hidden\":[2]", "\"hidden\":" + deep + std::string(100'000, ']'), "its header is no JSON"},
      {"\"hidden\":[2]", "\"hidden\":" + deep, "its header is no JSON"},
      {"\"hidden\":", "\"hiden\":", "key 'hidden' not found"},
      {"\"cardinalities\":[3]", "\"cardinalities\":[4]", "encoder and its network do not fit together"},
      {"\"dense_width\":1", "\"dense_width\":2", "encoder and its network do not fit together"},
      {"\"outputs\":3", "\"outputs\":2", "encoder and its network do not fit together"},
      {"softmax_cross_entropy", "squared_error", "encoder and its network do not fit together"},
      {"softmax_cross_entropy", "binary_cross_entropy", "needs exactly 1 output, not 3"},
      {"\"activation\":\"relu\"", "\"activation\":\"relo\"", "relo"},
      {"\"dropout\":0.0", "\"dropout\":-1.0", "dropout is -1"},
      {"\"members\":1", "\"members\":0", "its weights do not have the size"},
      {"\"members\":1", "\"members\":9007199254740992", "its weights do not have the size"},
      {"\"members\":1", "\"members\":-1", "members is -1"},
      {"\"classes\":[\"a\",\"b\",\"c\"]", "\"classes\":[\"a\"]", "fewer than two classes"}};
  for (const auto& [from, to, says] : cases) {
    const std::string said = refusal(from, to);
    EXPECT_NE(said.find(says), std::string::npos) << says << ": " << said.substr(0, 300);
  }
}

TEST(DamagedCheckpoint, EveryFlippedBitAndEveryTruncationIsRefusedAndChangesNothing) {
  const Small small, other;
  const std::string whole = encode_checkpoint(7, {0.75, 1}, small.trainer->state());
  const std::string before = other.trainer->checkpoint();
  const auto refused = [&](std::string_view content) {
    const auto read = decode_checkpoint(content, 7, *other.trainer);
    return !read && read.error().kind == Error::Kind::corrupt &&
           read.error().message.find("start the trial anew") != std::string::npos;
  };
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) ASSERT_TRUE(refused(flipped(whole, bit))) << bit;
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_TRUE(refused(std::string_view(whole).substr(0, length))) << length;
  EXPECT_TRUE(refused(whole + "x"));
  EXPECT_EQ(other.trainer->checkpoint(), before);
  EXPECT_FALSE(decode_checkpoint(whole, 8, *other.trainer)) << "of another run";
  const auto read = decode_checkpoint(whole, 7, *other.trainer);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->best_value, 0.75);
  EXPECT_EQ(read->best_epoch, 1);
}

}  // namespace
}  // namespace hone
