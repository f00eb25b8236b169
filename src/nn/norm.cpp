// Names of the norms (declared in nn/trainer.hpp).
#include "nn/names.hpp"
#include "nn/trainer.hpp"

namespace hone {
namespace {

struct NormRow {
  NormKind kind;
  std::string_view name;
};
constexpr NormRow table[] = {{NormKind::none, "none"}, {NormKind::batch, "batch"}, {NormKind::layer, "layer"}};

}  // namespace

std::string_view norm_name(NormKind kind) {
  return row_of(std::span<const NormRow>(table), kind).name;
}
Result<NormKind> find_norm(std::string_view name) {
  return find_kind(std::span<const NormRow>(table), name, "norm");
}
std::vector<std::string> norm_names() {
  return names_of(std::span<const NormRow>(table));
}

}  // namespace hone
