// A trained network without an optimizer.
#include <fmt/format.h>

#include "nn/checks.hpp"
#include "nn/network.hpp"

namespace hone {
namespace {

constexpr std::size_t rows_at_once = 128;

class DensePredictor final : public Predictor {
 public:
  explicit DensePredictor(const NetworkSpec& spec) : network_(spec, rows_at_once, false) {}
  bool load(std::string_view weights) {
    return network_.layout().unpack(weights, network_.parameters().data(), network_.statistics().data());
  }
  void predict(const Features& features, std::vector<float>& out) override { network_.predict(features, out); }

 private:
  Network network_;
};

/// More floats than this do not fit a file, and what is added up to it fits an integer.
constexpr double floats_max = 0x1p48;

}  // namespace

Result<void> Predictor::check(const NetworkSpec& spec, std::string_view weights) {
  HONE_TRY_VOID(check_spec(spec));
  // In doubles first: the sizes that a file claims may not fit any integer.
  double values = Layout::floats(spec);
  if (values < floats_max) {
    const std::size_t exact = Layout(spec).values;
    if (weights.size() == exact * sizeof(float)) return {};
    values = static_cast<double>(exact);
  }
  return fail(Error::Kind::corrupt, fmt::format("{} bytes of weights where this network has {:.0f}: the model file is "
                                                "damaged or of another network",
                                                weights.size(), values * sizeof(float)));
}

Result<std::unique_ptr<Predictor>> Predictor::create(const NetworkSpec& spec, std::string_view weights) {
  HONE_TRY_VOID(check(spec, weights));
  auto predictor = std::make_unique<DensePredictor>(spec);
  predictor->load(weights);
  return predictor;
}

}  // namespace hone
