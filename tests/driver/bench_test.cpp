// nncc bench and profile: what they count, and that each launch is in the table; the fusion report.
#include <gtest/gtest.h>

#include <regex>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

const std::string kOneProduct = "model m(x: f32[batch, 100]) -> f32[batch, 50] {\n    x |> dense(50)\n}\n";

TEST(Bench, CountsTheOperationsOfACall) {
    const ScratchFolder folder;
    folder.write("m.nn", kOneProduct);
    const RunResult run = run_nncc({"bench", "m.nn", "-D", "batch=64", "--seconds", "0.01"}, {.folder = folder.path()});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    static const std::regex kLine(
        R"(  forward  batch 64 +min +([0-9.]+) (ns|us) +median +[0-9.]+ (ns|us) +[0-9.]+ [kM] rows/s +([0-9.]+) GFLOP/s.*\n)");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(run.output, found, kLine)) << run.output;
    const double nanoseconds = std::stod(found[1]) * (found[2] == "us" ? 1000 : 1);
    const double operations = nanoseconds * std::stod(found[4]);
    // 100 multiply-adds and one addition for each of the 64 x 50 results; both factors are printed with one decimal.
    EXPECT_NEAR(operations, 64 * 50 * (2 * 100 + 1), 0.06 / std::stod(found[4]) * operations + 0.02 * operations);
    EXPECT_EQ(run.output.find("step"), std::string::npos) << "there is no train block";
}

TEST(Bench, ProfileHasEachLaunchWithItsLine) {
    const RunResult run =
        run_nncc({"profile", source_path("models/amp_gru.nn"), "-D", "time<=128", "--seconds", "0.01"});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    double shares[2] = {0, 0};
    int launches[2] = {0, 0}, table = -1;
    static const std::regex kRow(
        R"( +([0-9.]+)% +[0-9.]+ [num]s +[0-9.]+ +[0-9.]+% +[0-9.]+  \w+( or copy)?(  # .*)?)");
    std::smatch row;
    for (const std::string& line : split_lines(run.output)) {
        if (line.starts_with("forward, batch 1: ")) table = 0;
        if (line.starts_with("step, batch 16: ")) table = 1;
        if (table < 0 || !std::regex_match(line, row, kRow)) continue;
        shares[table] += std::stod(row[1]);
        ++launches[table];
    }
    EXPECT_NEAR(shares[0], 100, 1) << run.output;
    EXPECT_NEAR(shares[1], 100, 3) << run.output;
    EXPECT_NE(run.output.find(" in " + std::to_string(launches[0]) + " launches"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find(" in " + std::to_string(launches[1]) + " launches"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("  # amp_gru.nn:3  gru(units)\n"), std::string::npos) << run.output;
}

TEST(Bench, FusionReportSaysWhereOpsWentAndWhyNoFurther) {
    const ScratchFolder folder;
    folder.write("m.nn",
                 "model m(x: f32[batch, 4]) -> f32[batch, 3] {\n"
                 "    let scores = x |> dense(3) |> tanh\n"
                 "    let order = sort(scores)\n"
                 "    scores / sum(scores, axis = -1, keep = true) + order\n}\n");
    const RunResult run =
        run_nncc({"m.nn", "-D", "batch=2", "--emit=fusion", "--entry", "forward"}, {.folder = folder.path()});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_EQ(run.output, R"(# forward
launch 1, product with its epilogue
    # m.nn:2  dense(3)
    # m.nn:2  tanh
    dense_1 (einsum) [2, 3]: stays in registers
    dense_1 (add) [2, 3]: stays in registers
    scores (tanh) [2, 3]: written for launch 2: `argsort` is a call of its own; launch 3: `gather` is a call of its own; launch 4: a reduction takes elementwise work only in front of it; launch 5: another launch comes between
launch 2, call of the runtime
    # m.nn:3  sort(scores)
    order (argsort) [2, 3]: written for launch 3: `gather` is a call of its own
launch 3, call of the runtime
    # m.nn:3  sort(scores)
    order (gather) [2, 3]: written for launch 5: `gather` is a call of its own
launch 4, reduction
    # m.nn:4  sum(scores, axis = -1, keep = true)
    sum_1 (reduce_sum) [2]: written for launch 5: it is read in another order, or broadcast
launch 5, elementwise
    # m.nn:4  scores / sum(scores, axis = -1, keep = true) + order
    add [2, 3]: written for the caller
computed where they are read, by index or again: 2 broadcast, 1 divide

)");
}

// The steps of a scan are launches too.
TEST(Bench, FusionReportGoesIntoScans) {
    const RunResult run =
        run_nncc({source_path("models/amp_gru.nn"), "-D", "time<=128", "--emit=fusion", "--entry", "forward"});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_NE(run.output.find(", a loop over steps\n"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("\n    each step:\n        launch 1, "), std::string::npos) << run.output;
}

}  // namespace
}  // namespace nncc::testing
