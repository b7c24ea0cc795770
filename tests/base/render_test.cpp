// Diagnostics as text and as JSON, compared whole.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/file.h"

namespace nncc {

namespace {

const DiagnosticKind kExample = {"NN0999", "an example", "Only for tests."};

SourceRange range_of(const SourceFile& file, const std::string& part) {
    std::size_t begin = file.text.find(part);
    return {&file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + part.size())};
}

Diagnostic example(SourceRange range) { return {.kind = &kExample, .range = range, .message = "wrong `part`"}; }

TEST(RenderText, ShowsLineCaretNotesAndHint) {
    SourceFile file = {"m.nn", "let a = 1\nlet part = a\n"};
    Diagnostic diagnostic = example(range_of(file, "part"));
    diagnostic.notes.push_back({range_of(file, "a = 1"), "made here"});
    diagnostic.notes.push_back({.message = "of no place"});
    diagnostic.hint = "write `b`";
    EXPECT_EQ(render_text(diagnostic, false),
              "m.nn:2:5: error[NN0999]: wrong `part`\n"
              "    2 | let part = a\n"
              "      |     ^~~~\n"
              "m.nn:1:5: note: made here\n"
              "    1 | let a = 1\n"
              "      |     ^~~~~\n"
              "      = note: of no place\n"
              "      = hint: write `b`\n");
}

TEST(RenderText, AlignsTheCaretUnderTabsAndWideCharacters) {
    SourceFile file = {"m.nn", "\tx\t= \"größe中\" + part\n"};
    EXPECT_EQ(render_text(example(range_of(file, "part")), false),
              "m.nn:1:21: error[NN0999]: wrong `part`\n"
              "    1 |     x   = \"größe中\" + part\n"
              "      |                       ^~~~\n");
}

TEST(RenderText, ARangeOverLinesEndsWithItsFirst) {
    SourceFile file = {"m.nn", "ab part\nmore\n"};
    EXPECT_EQ(render_text(example(range_of(file, "part\nmore")), false),
              "m.nn:1:4: error[NN0999]: wrong `part`\n"
              "    1 | ab part\n"
              "      |    ^~~~\n");
}

TEST(RenderText, AnEmptyRangeIsOneCaretAlsoAtTheEnd) {
    SourceFile file = {"m.nn", "ab"};
    EXPECT_EQ(render_text(example({&file, 2, 2}), false),
              "m.nn:1:3: error[NN0999]: wrong `part`\n"
              "    1 | ab\n"
              "      |   ^\n");
    SourceFile empty = {"m.nn", ""};
    EXPECT_EQ(render_text(example({&empty, 0, 0}), false),
              "m.nn:1:1: error[NN0999]: wrong `part`\n"
              "    1 |\n"
              "      | ^\n");
}

TEST(RenderText, OfALongLineShowsThePartAroundTheCaret) {
    SourceFile file = {"m.nn", std::string(1000, 'a') + " part " + std::string(1000, 'b')};
    EXPECT_EQ(render_text(example(range_of(file, "part")), false),
              "m.nn:1:1002: error[NN0999]: wrong `part`\n"
              "    1 | ..." +
                  std::string(59, 'a') + " part " + std::string(95, 'b') + "...\n" + "      | " + std::string(63, ' ') +
                  "^~~~\n");
}

TEST(RenderText, ShowsNothingATerminalWouldObey) {
    SourceFile file = {"m\x1b.nn", "a\x1b[2J part\n"};
    Diagnostic diagnostic = example(range_of(file, "part"));
    diagnostic.message = "wrong `\x1b[2J`";
    EXPECT_EQ(render_text(diagnostic, false),
              "m\uFFFD.nn:1:7: error[NN0999]: wrong `\uFFFD[2J`\n"
              "    1 | a\uFFFD[2J part\n"
              "      |       ^~~~\n");
}

TEST(RenderText, ColoursOnlyWhenAsked) {
    SourceFile file = {"m.nn", "part\n"};
    Diagnostic diagnostic = example(range_of(file, "part"));
    diagnostic.severity = Severity::kWarning;
    EXPECT_EQ(render_text(diagnostic, false).find('\x1b'), std::string::npos);
    EXPECT_EQ(render_text(diagnostic, true),
              "\x1b[1mm.nn:1:1:\x1b[0m \x1b[1;35mwarning[NN0999]:\x1b[0m \x1b[1mwrong `part`\x1b[0m\n"
              "    1 | part\n"
              "      | \x1b[1;35m^~~~\x1b[0m\n");
}

TEST(RenderText, OfAnErrorHasNoPlace) {
    Error error = {
        .kind = &kFileUnreadable, .message = "cannot read `x`", .hint = "try `y`", .notes = {"first", "second"}};
    EXPECT_EQ(render_text(error, false),
              "nncc: error[NN0501]: cannot read `x`\n"
              "      = note: first\n"
              "      = note: second\n"
              "      = hint: try `y`\n");
}

TEST(RenderJson, IsOneLineWithEveryKey) {
    SourceFile file = {"m.nn", "let a = 1\nlet part =\n a\n"};
    Diagnostic diagnostic = example(range_of(file, "part =\n a"));
    diagnostic.notes.push_back({range_of(file, "a"), "made here"});
    diagnostic.hint = "say \"b\"";
    EXPECT_EQ(render_json(diagnostic),
              "{\"code\":\"NN0999\",\"severity\":\"error\",\"message\":\"wrong "
              "`part`\",\"file\":\"m.nn\",\"line\":2,\"column\":5,"
              "\"end_line\":3,\"end_column\":3,\"hint\":\"say \\\"b\\\"\",\"notes\":[{\"message\":\"made "
              "here\",\"file\":\"m.nn\","
              "\"line\":1,\"column\":5,\"end_line\":1,\"end_column\":6}]}\n");
}

TEST(RenderJson, OfAnErrorHasNullPlaces) {
    Error error = {.kind = &kFileUnreadable, .message = "cannot read\n`x`", .notes = {"first"}};
    std::string line = render_json(error);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    nlohmann::json object = nlohmann::json::parse(line);
    EXPECT_EQ(object["code"], "NN0501");
    EXPECT_TRUE(object["file"].is_null());
    EXPECT_TRUE(object["line"].is_null());
    EXPECT_EQ(object["notes"][0]["message"], "first");
}

TEST(RenderJson, IsValidWhateverTheBytes) {
    SourceFile file = {"\xFF.nn", "\xFF part\n"};
    Diagnostic diagnostic = example(range_of(file, "part"));
    diagnostic.message = "byte `\xFF`, control \x01";
    nlohmann::json object = nlohmann::json::parse(render_json(diagnostic));
    EXPECT_EQ(object["message"], "byte `\uFFFD`, control \x01");
}

}  // namespace

}  // namespace nncc
