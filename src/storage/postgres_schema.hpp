/// The schema "hone" of a PostgreSQL database (docs/formats/postgresql.md): tables, views, and a function for each
/// verb.
#pragma once
#include <cstdint>
#include <string>

namespace hone {

/// Counts changes of tables and functions: the row of hone.meta.
inline constexpr std::int64_t postgres_format = 2;
/// Of the lock under which the schema is created: "hone" in ASCII.
inline constexpr std::int64_t postgres_schema_lock = 0x686f6e65;

/// SQL that creates the tables and views of the present format in an empty schema.
extern const char* const postgres_tables;
/// SQL that makes them those of the present format from those of an earlier one, which are kept as tables of the schema
/// "hone_format_<format>".
std::string postgres_conversion(std::int64_t format);
/// SQL that creates the functions, or replaces them.
std::string postgres_functions();

}  // namespace hone
