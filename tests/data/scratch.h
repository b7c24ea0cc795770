// A folder per test, databases made by SQL text, and errors as one comparable line.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/expected.h"

namespace nncc {

class ScratchTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "nncc_data_XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        before_ = std::filesystem::current_path();
        std::filesystem::current_path(folder_);  // so that messages hold short names
    }
    void TearDown() override {
        std::filesystem::current_path(before_);
        std::filesystem::remove_all(folder_);
    }

    static void write(const std::string& path, const std::string& bytes) {
        std::ofstream out(path, std::ios::binary);
        out << bytes;
        ASSERT_TRUE(out.good());
    }
    static std::string bytes(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        std::ostringstream out;
        out << in.rdbuf();
        return out.str();
    }
    // Runs statements on a database, which is made if it is missing.
    static void sql(const std::string& path, const std::string& statements) {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
        char* message = nullptr;
        EXPECT_EQ(sqlite3_exec(database, statements.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
        sqlite3_free(message);
        sqlite3_close(database);
    }
    // Every row of a query as "a|b|c\n".
    static std::string rows(const std::string& path, const std::string& query) {
        sqlite3* database = nullptr;
        EXPECT_EQ(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
        std::string text;
        auto add_row = [](void* out, int count, char** values, char**) {
            for (int i = 0; i < count; ++i) {
                static_cast<std::string*>(out)
                    ->append(i == 0 ? "" : "|")
                    .append(values[i] == nullptr ? "NULL" : values[i]);
            }
            static_cast<std::string*>(out)->append("\n");
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(database, query.c_str(), add_row, &text, nullptr), SQLITE_OK)
            << sqlite3_errmsg(database);
        sqlite3_close(database);
        return text;
    }

  private:
    std::string folder_;
    std::filesystem::path before_;
};

// "NN0306: message / hint / note", without what is empty; "done" when there is no error.
template <class T>
std::string outcome(const Expected<T>& result) {
    if (result) return "done";
    std::string text = fmt::format("{}: {}", result.error().kind->code, result.error().message);
    if (!result.error().hint.empty()) text += " / " + result.error().hint;
    for (const std::string& note : result.error().notes) text += " / " + note;
    return text;
}

}  // namespace nncc
