// Names of the precisions of training (declared in nn/trainer.hpp), and whether this processor has them.
#include <fmt/format.h>

#include "nn/bfloat16_products.hpp"
#include "nn/names.hpp"
#include "nn/trainer.hpp"

namespace hone {
namespace {

struct PrecisionRow {
  Precision kind;
  std::string_view name;
};
constexpr PrecisionRow table[] = {{Precision::float32, "float32"}, {Precision::bfloat16, "bfloat16"}};

}  // namespace

std::string_view precision_name(Precision precision) {
  return row_of(std::span<const PrecisionRow>(table), precision).name;
}
Result<Precision> find_precision(std::string_view name) {
  for (const PrecisionRow& row : table)
    if (row.name == name) return row.kind;
  return refuse("unknown precision " + quoted(name) + ": " + suggest_name(name, precision_names()));
}
std::vector<std::string> precision_names() {
  std::vector<std::string> names;
  for (const PrecisionRow& row : table) names.emplace_back(row.name);
  return names;
}

Result<void> check_precision(Precision precision) {
  if (precision == Precision::float32 || Bfloat16Products::available()) return {};
  return refuse(
      fmt::format("precision 'bfloat16' needs a processor with AVX512_BF16, and no HONE_KERNELS that rules it out; "
                  "the kernels here are those for '{}': take 'float32'",
                  kernel_name()));
}

}  // namespace hone
