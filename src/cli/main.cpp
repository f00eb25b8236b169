/// The program.
#include <string>
#include <vector>

#include "cli/parse.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return hone::run_command_line(words);
}
