/// Data sets that are known by name.
#include <array>

#include "data/dataset.hpp"

namespace hone {

std::span<const KnownDataset> known_datasets() {
  static constexpr std::array<KnownDataset, 1> list{{
      {"fashion-mnist", "/usr/share/datasets/fashion-mnist", "dataset-fashion-mnist",
       "70,000 grey images of clothes, 28 x 28, 10 kinds (Xiao, Rasul, Vollgraf, arXiv 1708.07747)"},
  }};
  return list;
}

}  // namespace hone
