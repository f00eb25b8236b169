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

/// Learned values and statistics, as Layout::values.
double value_count(const NetworkSpec& spec) {
  const auto numbers = static_cast<double>(spec.embedded_numbers());
  const auto bins = static_cast<double>(padded(spec.numeric_bins));
  double in = numbers * panel_width + static_cast<double>(spec.dense_width);
  double values = numbers * ((bins + 1) * panel_width + 2 * bins);
  for (std::size_t i = 0; i < spec.cardinalities.size(); ++i) {
    values += static_cast<double>(spec.cardinalities[i]) * static_cast<double>(spec.embedding_widths[i]);
    in += static_cast<double>(spec.embedding_widths[i]);
  }
  for (std::size_t i = 0; i <= spec.hidden.size(); ++i) {
    const bool last = i == spec.hidden.size();
    const auto out = static_cast<double>(last ? spec.outputs : spec.hidden[i]);
    values += in * out + out * (spec.batch_norm && !last ? 4 : 1);
    in = out;
  }
  return values;
}

}  // namespace

Result<void> Predictor::check(const NetworkSpec& spec, std::string_view weights) {
  HONE_TRY_VOID(check_spec(spec));
  // In doubles first: the sizes that a file claims may not fit any integer.
  const double values = value_count(spec);
  const auto given = static_cast<double>(weights.size() / sizeof(float));
  if (values == given && weights.size() == Layout(spec).values * sizeof(float)) return {};
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
