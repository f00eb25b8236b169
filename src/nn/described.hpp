/// A network and its training as text: what makes a checkpoint fit one run only.
#pragma once
#include <string>

#include "nn/trainer.hpp"

namespace hone {

/// Every field of both. A new field does not compile before it stands here.
std::string described(const NetworkSpec& spec, const TrainOptions& options);

}  // namespace hone
