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

}  // namespace

Result<std::unique_ptr<Predictor>> Predictor::create(const NetworkSpec& spec, std::string_view weights) {
  HONE_TRY_VOID(check_spec(spec));
  const Layout layout(spec);
  if (weights.size() != layout.values * sizeof(float))
    return fail(Error::Kind::corrupt, fmt::format("{} bytes of weights where this network has {}: the model file is "
                                                  "damaged or of another network",
                                                  weights.size(), layout.values * sizeof(float)));
  auto predictor = std::make_unique<DensePredictor>(spec);
  predictor->load(weights);
  return predictor;
}

}  // namespace hone
