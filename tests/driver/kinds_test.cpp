// Every kind of diagnostic has a test; and those that only a command of nncc's reports, each by a command.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

std::vector<std::string> files_below(const std::string& folder, const std::set<std::string>& endings) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(source_path(folder))) {
        if (entry.is_regular_file() && endings.contains(entry.path().extension().string()))
            paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// By name, as the headers declare them: `extern const DiagnosticKind kName;  // NN0123`.
std::map<std::string, std::string> declared_kinds() {
    static const std::regex kDeclaration(R"(extern const DiagnosticKind (k\w+);\s*(//\s*(NN\d{4}))?)");
    std::map<std::string, std::string> kinds;
    for (const std::string& path : files_below("compiler", {".h"})) {
        const std::string text = read_text(path);
        for (std::sregex_iterator one(text.begin(), text.end(), kDeclaration), end; one != end; ++one)
            kinds[(*one)[1].str()] = (*one)[3].str();
    }
    return kinds;
}

std::set<std::string> words_of(const std::vector<std::string>& paths, const std::regex& word) {
    std::set<std::string> words;
    for (const std::string& path : paths) {
        const std::string text = read_text(path);
        for (std::sregex_iterator one(text.begin(), text.end(), word), end; one != end; ++one) words.insert(one->str());
    }
    return words;
}

// Its code stands in what a test expects, or a test compares with its name.
TEST(DiagnosticKinds, EachHasATest) {
    static const std::regex kWord(R"(\bNN\d{4}\b|\bk[A-Z]\w+\b)");
    const std::set<std::string> shown = words_of(files_below("tests", {".cpp", ".expected"}), kWord);
    const std::map<std::string, std::string> kinds = declared_kinds();
    EXPECT_GT(kinds.size(), 140U);
    std::set<std::string> codes;
    for (const auto& [name, code] : kinds) {
        EXPECT_NE(code, "") << name << " is declared without its code";
        EXPECT_TRUE(codes.insert(code).second) << code << " has two names";
        EXPECT_TRUE(shown.contains(name) || shown.contains(code)) << "no test shows " << code << ", " << name;
    }
    // The headers' codes are those of the tables, which `explain` reads.
    for (const std::string& code : codes) {
        const RunResult one = run_nncc({"explain", code});
        EXPECT_EQ(one.exit_code, 0) << code;
        EXPECT_EQ(one.output.find(code + ": "), 0U) << one.output;
    }
}

constexpr const char* kRows = "a,b,c,y\n1,2,3,4\n2,3,4,5\n3,4,5,6\n";

std::string trained(const std::string& model, const std::string& entries) {
    return model + "\ntrain m {\n" + entries + "    optimizer = sgd(0.1)\n    batch = 2\n}\n";
}

const std::string kDense = "model m(x: f32[batch, 3]) -> f32[batch, 1] {\n    x |> dense(1)\n}\n";
const std::string kColumns =
    "    x = columns(\"a\", \"b\", \"c\")\n    y = column(\"y\")\n    loss = mean_squared_error(output, y)\n";

struct Mistake {
    std::string code, text;
    std::vector<std::string> command;  // m.nn is the text
    std::string says;
};

TEST(DiagnosticKinds, ThoseOfCommands) {
    const std::string digits = source_path("models/data/digits/digits.npz");
    const std::vector<Mistake> mistakes = {
        {"NN0510", kDense, {"m.nn", "-D", "batch", "-o", "m.cpp"}, "`-D batch` is not `name=value`"},
        {"NN0512", trained(kDense, kColumns), {"train", "m.nn"}, "`m` has no `data` in a train block"},
        {"NN0513",
         trained("model m(image: f32[batch, 8, 7, 1]) -> f32[batch, 10] {\n    image |> flatten |> dense(10)\n}\n",
                 "    data = npz(\"" + digits +
                     "\")\n    image = array(\"image\")\n    digit: i32[batch] = array(\"digit\")\n"
                     "    loss = sparse_categorical_cross_entropy_with_logits(output, digit)\n"),
         {"train", "m.nn"},
         "`image` is f32[batch, 8, 7, 1] in the model, but its data has 64 per row"},
        {"NN0514", kDense, {"explain", "NN9999"}, "there is no diagnostic `NN9999`"},
        {"NN0516", kDense, {"m.nn", "--emit=graph", "--entry", "nothing"}, "`m.nn` has no entry `nothing`"},
        {"NN0517", kDense, {"m.nn"}, "nothing says what to write"},
        {"NN0520",
         "model m(x: f32[batch, 4]) -> f32[batch, 4] {\n    param w: f32[4] = ones\n    x * sort(broadcast(w, [batch, "
         "4]))\n}\n",
         {"m.nn", "-D", "batch=1,2", "-o", "m.cpp"},
         "`forward` for batch 2 packs its weights otherwise than for batch 1"},
        {"NN0703",
         "model m(x: f32[batch, 4]) -> f32[batch] {\n    param w: f32[70000, 70000] = ones\n    sum(x, axis = 1) * "
         "sum(w)\n}\n",
         {"m.nn", "-o", "m.cpp"},
         "storage `w` f32[70000, 70000] has no extents that can be emitted"},
        {"NN0705",
         "model m(x: f32[batch, time <= 8]) -> f32[batch, time] {\n    sort(x)\n}\n",
         {"m.nn", "-o", "m.cpp"},
         "sorting time elements needs a fixed extent"},
        {"NN0744",
         "model m(x: f32[batch, time]) -> f32[batch, time - 4] {\n    x[:, 4:]\n}\n",
         {"m.nn", "-D", "time=3", "-o", "m.cpp"},
         "with time = 3 the model does not fit"},
        {"NN0744",
         "model m(x: f32[batch, time]) -> f32[batch, time - 4] {\n    x[:, 4:]\n}\n",
         {"m.nn", "-D", "time<=3", "-o", "m.cpp"},
         "with time <= 3 the model does not fit: an extent time-4 is negative whatever the length"},
        {"NN0326",
         trained("model m(x: i32[batch, 4]) -> f32[batch, 4, 3] {\n    embedding(x, 256, 3)\n}\n",
                 "    data = text(\"latin1.txt\", stride = 4)\n    x = characters()\n    y = characters(offset = 1)\n"
                 "    loss = sparse_categorical_cross_entropy_with_logits(output, y)\n"),
         {"train", "m.nn"},
         "byte 4 of `latin1.txt` is not UTF-8"},
    };
    for (const Mistake& mistake : mistakes) {
        const ScratchFolder folder;
        folder.write("m.nn", mistake.text);
        folder.write("rows.csv", kRows);
        folder.write("latin1.txt",
                     "abc\xff"
                     "def");
        const RunResult result = run_nncc(mistake.command, {folder.path(), "", ""});
        EXPECT_NE(result.exit_code, 0) << mistake.code;
        EXPECT_NE(result.errors.find("error[" + mistake.code + "]: "), std::string::npos) << result.errors;
        EXPECT_NE(result.errors.find(mistake.says), std::string::npos) << mistake.code << ": " << result.errors;
    }
}

TEST(DiagnosticKinds, NN0519ABinaryOfTooManyColumns) {
    const ScratchFolder folder;
    folder.write("rows.csv", kRows);
    folder.write("m.nn",
                 trained("model m(x: f32[batch, 1]) -> f32[batch, 70000] {\n    x |> dense(1) |> broadcast([batch, "
                         "70000])\n}\n",
                         "    data = csv(\"rows.csv\")\n    x = columns(\"a\")\n    y = column(\"y\")\n"
                         "    loss = mean((mean(output, axis = 1, keep = true) - y) ** 2)\n"));
    ASSERT_EQ(run_nncc({"train", "m.nn", "-q"}, {folder.path(), "", ""}).exit_code, 0);
    const RunResult built =
        run_nncc({"build", "m.nn", "--weights", "m.safetensors", "-o", "m"}, {folder.path(), "", ""});
    EXPECT_EQ(
        built.errors,
        "nncc: error[NN0519]: a row of `m` has 1 inputs and 70000 outputs; a binary reads at most 65536 and writes "
        "at most 4096\n      = hint: embed the emitted C++ instead\n");
}

#if !defined(NNCC_SANITISED)
// Where the module does not fit into memory it cannot be opened, wherever it is.
TEST(DiagnosticKinds, NN0801AModuleThatCannotBeOpened) {
    const ScratchFolder folder;
    folder.write("rows.csv", kRows);
    folder.write("m.nn", trained(kDense, "    data = csv(\"rows.csv\")\n" + kColumns));
    const RunResult result = run_program(
        {"sh", "-c", "ulimit -v 120000; exec \"$0\" train m.nn", NNCC_BINARY_DIR "/nncc"}, {folder.path(), "", ""});
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_NE(result.errors.find("nncc: error[NN0801]: the module that compiles in process cannot be opened\n"),
              std::string::npos)
        << result.errors;
}
#endif

}  // namespace
}  // namespace nncc::testing
