/// PostgreSQL's client library, opened when a study is kept on a server: hone needs neither its header nor the library
/// for anything else. A table of its functions, so that a test can put its own in their place.
#pragma once
#include <cstddef>

#include "base/result.hpp"

namespace hone {

/// Declared here as the library's binary interface has them, which has been the same since version 8, pipelines
/// since 14.
extern "C" {
struct pg_conn;
struct pg_result;
/// PQconninfoOption.
struct pg_conninfo_option {
  char *keyword, *envvar, *compiled, *val, *label, *dispchar;
  int dispsize;
};
}

inline constexpr int pg_connection_ok = 0;                                        // ConnStatusType
inline constexpr int pg_command_ok = 1, pg_tuples_ok = 2, pg_pipeline_sync = 10;  // ExecStatusType
inline constexpr int pg_sqlstate = 'C', pg_message = 'M', pg_context = 'W';       // fields of an error

/// The name of each member is that of the function without PQ.
struct LibPq {
  int (*libVersion)();
  pg_conn* (*connectdbParams)(const char* const* keywords, const char* const* values, int expand_dbname);
  void (*finish)(pg_conn*);
  int (*status)(const pg_conn*);
  int (*socket)(const pg_conn*);
  int (*serverVersion)(const pg_conn*);
  char* (*errorMessage)(const pg_conn*);
  pg_result* (*exec)(pg_conn*, const char* sql);
  pg_result* (*prepare)(pg_conn*, const char* name, const char* sql, int parameters, const unsigned* types);
  pg_result* (*execPrepared)(pg_conn*, const char* name, int parameters, const char* const* values, const int* lengths,
                             const int* formats, int result_format);
  int (*enterPipelineMode)(pg_conn*);
  int (*exitPipelineMode)(pg_conn*);
  int (*sendQueryPrepared)(pg_conn*, const char* name, int parameters, const char* const* values, const int* lengths,
                           const int* formats, int result_format);
  int (*pipelineSync)(pg_conn*);
  pg_result* (*getResult)(pg_conn*);
  void (*clear)(pg_result*);
  int (*resultStatus)(const pg_result*);
  char* (*resultErrorField)(const pg_result*, int field);
  int (*ntuples)(const pg_result*);
  char* (*getvalue)(const pg_result*, int row, int column);
  int (*getlength)(const pg_result*, int row, int column);
  int (*getisnull)(const pg_result*, int row, int column);
  pg_conninfo_option* (*conninfoParse)(const char* text, char** error);
  void (*conninfoFree)(pg_conninfo_option*);
  void (*freemem)(void*);
};

/// libpq.so.5, opened once per process. Errors: `not_found` with the package to install.
Result<const LibPq*> libpq();

}  // namespace hone
