// dlib's global search, asked and told over pipes by bench/search/box_peers.py.
//
// usage: dlib_peer SEED    first line read: "low high integer" of each axis (integer: 0 or 1); then it prints a point,
//                          reads its value (smaller is better), and so on; each line printed is the point's values and
//                          the CPU seconds used so far
//        dlib_peer version
//
// `find_min_global` is a loop around this search. Its loop is not taken, because it turns the model off when the
// objective is quicker than the search, as every one of a benchmark is: then it would draw at random. All settings
// are those that it begins with.
#include <dlib/global_optimization.h>
#include <dlib/revision.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  std::string line;
  if (argc == 2 && std::strcmp(argv[1], "version") == 0) {
    std::printf("%d.%d.%d\n", DLIB_MAJOR_VERSION, DLIB_MINOR_VERSION, DLIB_PATCH_VERSION);
    return 0;
  }
  if (argc != 2 || !std::getline(std::cin, line)) {
    std::fputs("usage: dlib_peer SEED, with \"low high integer\" of each axis as the first line of stdin\n", stderr);
    return 2;
  }
  std::vector<double> lows, highs;
  std::vector<bool> integers;
  std::istringstream words(line);
  int integer = 0;
  for (double low = 0, high = 0; words >> low >> high >> integer;) {
    lows.push_back(low);
    highs.push_back(high);
    integers.push_back(integer != 0);
  }
  using Column = dlib::matrix<double, 0, 1>;
  dlib::global_function_search search(dlib::function_spec(Column(dlib::mat(lows)), Column(dlib::mat(highs)), integers));
  search.set_seed(std::atoi(argv[1]));
  search.set_solver_epsilon(0);
  for (;;) {
    dlib::function_evaluation_request request = search.get_next_x();
    for (const double value : request.x()) std::printf("%.17g ", value);
    std::printf("%.6f\n", static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
    std::fflush(stdout);
    if (!std::getline(std::cin, line)) return 0;
    request.set(-std::strtod(line.c_str(), nullptr));  // dlib's search looks for the largest
  }
}
