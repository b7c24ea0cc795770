// nncc check, fmt and verify as a user runs them: output, exit codes, time.
#include <gtest/gtest.h>

#include <chrono>

#include "run_nncc.h"

namespace nncc::testing {

namespace {

constexpr const char* kLine = "model line(x: f32[batch, 2]) -> f32[batch, 1] {\n    x |> dense(1)\n}\n";

TEST(Check, IsSilentAboutARightModelAndLocatesMistakes) {
    const RunResult right = run_nncc({"check", source_path("models/pima.nn")});
    EXPECT_EQ(right.exit_code, 0) << right.errors;
    EXPECT_EQ(right.output, "");
    EXPECT_EQ(right.errors, "");
    ScratchFolder folder;
    const RunResult wrong =
        run_nncc({"check", folder.write("m.nn", "model m(x: f32[batch, 2]) {\n    x + broken\n}\n")});
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_EQ(wrong.output, "");
    EXPECT_NE(wrong.errors.find("m.nn:2:9: error[NN0101]"), std::string::npos) << wrong.errors;
    const RunResult json =
        run_nncc({"check", "--diagnostics=json", "-"}, {.input = "model m(x: f32[batch, 2]) {\n    x + broken\n}\n"});
    EXPECT_EQ(json.exit_code, 1);
    EXPECT_NE(json.errors.find("\"line\":2"), std::string::npos) << json.errors;
    EXPECT_EQ(run_nncc({"check"}).exit_code, 2);
    EXPECT_EQ(run_nncc({"check", folder.file("none.nn")}).exit_code, 4);
    EXPECT_NE(run_nncc({"check", "--help"}).output.find("nncc check pima.nn"), std::string::npos);
}

// 1,000 lines of layers within 50 ms of a release build; four times that for one that is not optimised.
TEST(Check, AThousandLinesTakeNoTime) {
    std::string text;
    for (int k = 0; k < 240; ++k)
        text += "fn block_" + std::to_string(k) +
                "(x: f32[batch, n]) {\n    let y = x |> dense(8) |> relu\n    y + x * 0.5\n}\n";
    text += "model m(x: f32[batch, 8]) {\n";
    for (int k = 0; k < 40; ++k) text += "    let x = block_" + std::to_string(k * 6) + "(x)\n";
    text += "    x\n}\n";
    ScratchFolder folder;
    const std::string path = folder.write("m.nn", text);
    double best = 1e9;
    for (int round = 0; round < 3; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        const RunResult result = run_nncc({"check", path});
        best =
            std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
        EXPECT_EQ(result.exit_code, 0) << result.errors;
    }
    std::printf("check of 1,003 lines: %.1f ms\n", best);
#if !defined(NNCC_SANITISED) && defined(NDEBUG)
    EXPECT_LT(best, 50);
#endif
}

TEST(Fmt, RewritesInPlaceAndSaysWhatItWould) {
    ScratchFolder folder;
    const std::string path = folder.write("m.nn", "model line(x:f32[batch,2])->f32[batch,1]{\nx|>dense(1)\n}\n");
    const RunResult check = run_nncc({"fmt", "--check", path});
    EXPECT_EQ(check.exit_code, 1);
    EXPECT_NE(check.errors.find("m.nn is not formatted"), std::string::npos) << check.errors;
    EXPECT_EQ(run_nncc({"fmt", path}).exit_code, 0);
    EXPECT_EQ(read_text(path), kLine);
    EXPECT_EQ(run_nncc({"fmt", "--check", path}).exit_code, 0);
    EXPECT_EQ(run_nncc({"fmt", folder.file("none.nn")}).exit_code, 4);
    EXPECT_EQ(run_nncc({"fmt"}).exit_code, 2);
}

TEST(Fmt, StandardInputGoesToStandardOutput) {
    const RunResult result =
        run_nncc({"fmt", "-"}, {.input = "model line(x:f32[batch,2])->f32[batch,1]{\nx|>dense(1)\n}\n"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output, kLine);
    const RunResult broken = run_nncc({"fmt", "-"}, {.input = "model line(x\n"});
    EXPECT_EQ(broken.exit_code, 1);
    EXPECT_EQ(broken.output, "");
}

TEST(Verify, ProvesWhatIsEmitted) {
    const RunResult result = run_nncc({"verify", source_path("models/pima.nn")});
    EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
    EXPECT_NE(result.output.find("pima: proven of "), std::string::npos) << result.output;
    for (const char* name : {"\n  forward\n", "\n  pack\n", "\n  trainer_step\n"})
        EXPECT_NE(result.output.find(name), std::string::npos) << result.output;
}

TEST(Verify, ProvesARunTimeExtentByItsBound) {
    ScratchFolder folder;
    const std::string path = folder.write(
        "m.nn",
        "model m(x: f32[batch, time <= 32, 4]) -> f32[batch, time, 4] {\n    softmax(x |> dense(4), axis = time)\n}\n");
    const RunResult result = run_nncc({"verify", path});
    EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
}

}  // namespace

}  // namespace nncc::testing
