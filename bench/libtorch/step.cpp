// The fastest training step of libtorch's C++ API with one thread, as bench/trainer.py measures the others.
// Usage: step CASE SECONDS   (a case as in trainer.py); built by trainer.py where libtorch-dev is installed.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

struct Case {
  long rows, inputs, outputs;
  std::vector<long> hidden;
  long batch;
};

int main(int count, char** words) {
  const std::map<std::string, Case> cases = {{"tab/64", {2000, 20, 2, {32, 32}, 64}},
                                             {"64/32", {60000, 784, 10, {64}, 32}},
                                             {"64/128", {60000, 784, 10, {64}, 128}},
                                             {"128x64/128", {60000, 784, 10, {128, 64}, 128}},
                                             {"512x512/32", {60000, 784, 10, {512, 512}, 32}},
                                             {"512x512/128", {60000, 784, 10, {512, 512}, 128}},
                                             {"256x5/128", {60000, 784, 10, {256, 256, 256, 256, 256}, 128}},
                                             {"256x5/512", {60000, 784, 10, {256, 256, 256, 256, 256}, 512}}};
  if (count < 3 || !cases.count(words[1])) return 2;
  const Case& c = cases.at(words[1]);
  torch::set_num_threads(1);
  torch::manual_seed(7);
  const bool bytes = c.inputs == 784;
  const auto data =
      bytes ? torch::randint(0, 256, {c.rows, c.inputs}, torch::kUInt8) : torch::rand({c.rows, c.inputs}) * 2 - 1;
  const auto labels = torch::randint(0, c.outputs, {c.rows}, torch::kInt64);
  torch::nn::Sequential model;
  long width = c.inputs;
  for (const long units : c.hidden) {
    model->push_back(torch::nn::Linear(width, units));
    model->push_back(torch::nn::ReLU());
    width = units;
  }
  model->push_back(torch::nn::Linear(width, c.outputs));
  torch::optim::Adam optimizer(model->parameters());
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const auto begin = Clock::now();
  double fastest = 1e9;
  while (since(begin) < std::atof(words[2])) {
    const auto order = torch::randperm(c.rows, torch::kInt64);
    for (long at = 0; at + c.batch <= c.rows && since(begin) < std::atof(words[2]); at += c.batch) {
      const auto start = Clock::now();
      const auto picked = order.slice(0, at, at + c.batch);
      auto x = data.index_select(0, picked);
      if (bytes) x = x.to(torch::kFloat32).mul_(1.0 / 255);
      const auto loss = torch::nn::functional::cross_entropy(model->forward(x), labels.index_select(0, picked));
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      fastest = std::min(fastest, since(start));
    }
  }
  std::printf("%s %.2f us\n", words[1], 1e6 * fastest);
}
