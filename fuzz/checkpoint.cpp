// Any bytes as a checkpoint of a small run (runners' header, then the trainer's state): what differs from what was
// written is refused by its checksums and changes nothing; with checksums made to fit, it is refused or trains.
#include <cstring>

#include "base/check.hpp"
#include "base/files.hpp"
#include "fuzz/sealed_edits.hpp"
#include "runners/network_checkpoint.hpp"

namespace {

using namespace hone;

constexpr std::uint64_t key = 17;
constexpr std::size_t header_bytes = 40;  // the last eight are the checksum of those before

struct SmallRun {
  Features features;
  Targets targets;
  NetworkSpec spec;
  TrainOptions options;

  SmallRun() {
    features.rows = 5;
    features.dense_width = spec.dense_width = 2;
    features.dense = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    targets.labels = {0, 1, 0, 1, 1};
    features.category_width = 1;
    features.categories = {0, 1, 2, 1, 0};
    spec.cardinalities = {3};
    spec.embedding_widths = {2};
    spec.hidden = {3};
    spec.norm = NormKind::batch;
    spec.numeric_columns = {1};
    spec.numeric_bins = 4;
    spec.activation = *find_activation("relu");
    spec.outputs = 2;
    options.batch = 2;
    options.average = 1;
  }
  std::unique_ptr<Trainer> trainer() const {
    auto made = Trainer::create(spec, options, {1, 2, 3}, features, targets);
    HONE_CHECK(made.has_value(), "the small run can be trained");
    return std::move(*made);
  }
};

void seal(std::string& bytes, std::size_t begin, std::size_t end) {
  if (end < begin + 8 || bytes.size() < end) return;
  const std::uint64_t checksum = hash64(std::string_view(bytes).substr(begin, end - begin - 8));
  std::memcpy(bytes.data() + end - 8, &checksum, 8);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SmallRun run;
  static const std::string right = [] {
    const auto trainer = run.trainer();
    HONE_CHECK(trainer->train_epoch().has_value(), "it trains");
    trainer->keep_best();
    return encode_checkpoint(key, {0.5, 1}, trainer->state());
  }();
  static const auto trainer = run.trainer();
  static const std::string before = trainer->checkpoint();

  FuzzInput input = fuzz_input(data, size, right);
  if (input.sealed) {
    seal(input.content, 0, header_bytes);
    seal(input.content, header_bytes, input.content.size());
  }
  const auto done = decode_checkpoint(input.content, key, *trainer);
  HONE_CHECK(done || done.error().kind == Error::Kind::corrupt, "what cannot be used is corrupt");
  HONE_CHECK(input.sealed || !done || input.content == right, "a checksum sees every difference");
  if (!done) {
    HONE_CHECK(trainer->checkpoint() == before, "what is refused changes nothing");
    return 0;
  }
  const auto epoch = trainer->train_epoch();
  HONE_CHECK(epoch || epoch.error().kind == Error::Kind::failed, "weights of any values train or diverge");
  HONE_CHECK(trainer->restore(before).has_value(), "and the trainer is as good as before");
  return 0;
}
