// breaks.txt stays true to the sources: each text that is to be broken occurs exactly once in its file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace nncc {
namespace {

struct Break {
    std::string id, file, before, after;
};

std::string read(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<Break> read_breaks() {
    std::vector<Break> breaks;
    std::ifstream file(NNCC_SOURCE_DIR "/tests/breaks/breaks.txt");
    std::string* part = nullptr;
    for (std::string line; std::getline(file, line);) {
        if (line == "<<<") part = &breaks.at(breaks.size() - 1).before;
        else if (line == "===" && part != nullptr) part = &breaks.back().after;
        else if (line == ">>>") part = nullptr;
        else if (part != nullptr) *part += (part->empty() ? "" : "\n") + line;
        else if (line.starts_with("break ")) breaks.push_back({line.substr(6), "", "", ""});
        else if (line.starts_with("file: ")) breaks.at(breaks.size() - 1).file = line.substr(6);
    }
    return breaks;
}

TEST(Breaks, StillApply) {
    const std::vector<Break> breaks = read_breaks();
    EXPECT_GE(breaks.size(), 30U);
    std::set<std::string> ids;
    for (const Break& one : breaks) {
        EXPECT_TRUE(ids.insert(one.id).second) << one.id << " occurs twice";
        EXPECT_NE(one.before, one.after) << one.id;
        const std::string text = read(NNCC_SOURCE_DIR "/" + one.file);
        ASSERT_FALSE(one.before.empty()) << one.id;
        int count = 0;
        for (std::size_t at = text.find(one.before); at != std::string::npos; at = text.find(one.before, at + 1))
            ++count;
        EXPECT_EQ(count, 1) << fmt::format("{}: its text occurs {} times in {}", one.id, count, one.file);
    }
}

}  // namespace
}  // namespace nncc
