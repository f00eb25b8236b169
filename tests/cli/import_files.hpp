// What the tests of `hone study import` share: a folder with a storage, files in it, and Optuna's databases.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/files.hpp"
#include "cli/process.hpp"
#include "temporary_folder.hpp"

namespace hone {

class ImportProgram : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
  }
  std::string read(const std::string& name) const { return read_file(path(name)).value_or(""); }

  /// The program's standard output; it must end with `code`.
  std::string hone(const std::vector<std::string>& arguments, int code = 0) const {
    const Ran ran = run_hone(folder_.path(), arguments);
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    return code == 0 ? ran.out : ran.err;
  }
  nlohmann::json trials(const std::string& study) const {
    return nlohmann::json::parse(hone({"study", "trials", study, "-f", "json"}));
  }
  /// Lines for `hone session FILE`, its answers.
  std::vector<nlohmann::json> session(const std::string& file, const std::string& lines) const {
    write("in.txt", lines);
    Process process(folder_.path(), {"session", file}, {"/bin/sh", "-c", "exec \"$@\" < in.txt", "sh"});
    EXPECT_EQ(process.wait(), 0) << process.err();
    std::vector<nlohmann::json> all;
    std::istringstream in(process.out());
    for (std::string line; std::getline(in, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }
  /// Everything that is comparable is the same.
  void expect_replays(const std::string& study) const {
    EXPECT_NE(hone({"replay", study}).find("same        everything"), std::string::npos) << study;
  }

  /// Runs SQL on a database, which is made if there is none.
  void sql(const std::string& name, const std::string& statements) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path(name).c_str(), &database), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(database, statements.c_str(), nullptr, nullptr, &message), SQLITE_OK)
        << (message ? message : "");
    sqlite3_free(message);
    sqlite3_close(database);
  }
  /// A database as Optuna 3.1 or 4 writes it: the studies of tests/cli/optuna/make_studies.py.
  void make_optuna(const std::string& name, int version = 3) const {
    const std::filesystem::path from = HONE_SOURCE_DIR "/tests/cli/optuna";
    sql(name, read_file(from / "optuna_3.sql").value_or(""));
    if (version == 4) sql(name, read_file(from / "optuna_4.sql").value_or(""));
  }
  bool has_study(const std::string& study) const {
    return run_hone(folder_.path(), {"study", "show", study}).code == 0;
  }

  TemporaryFolder folder_;
};

}  // namespace hone
