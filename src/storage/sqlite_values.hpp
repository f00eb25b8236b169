/// Numbers that SQLite's types cannot hold. A REAL keeps no NaN (it becomes NULL), and -0.0 becomes 0; 64 bits without
/// sign do not fit an INTEGER. A number therefore has two columns, `value` and `special`: NULL and 'nan', 'inf' or
/// '-inf'; or 0 and '-0'; for all others the value and NULL. Seeds are decimal text.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "space/value.hpp"
#include "storage/sqlite_database.hpp"

namespace hone {

/// What stands in `special`, or null.
const char* special_name(double value);
/// For binding: `value` itself, or NaN (which is bound as NULL) where `special` says it all.
double plain_value(double value);
/// The number in columns `column` (value) and `column + 1` (special). Errors: `corrupt`.
Result<double> read_number(const SqliteRows& row, int column);

/// Unit coordinates as decimal text with spaces between; reads back to the same bits.
std::string point_text(std::span<const double> point);
Result<std::vector<double>> read_point(std::string_view text);

/// Finite numbers as a JSON array; reads back to the same bits.
std::string values_text(std::span<const double> values);
Result<std::vector<double>> read_values(std::string_view text);

/// What `Configuration::json` wrote: names, types, order and bits. Errors: `corrupt`.
Result<Configuration> read_configuration(std::string_view text);

std::string seed_text(std::uint64_t seed);
Result<std::uint64_t> read_seed(std::string_view text);

}  // namespace hone
