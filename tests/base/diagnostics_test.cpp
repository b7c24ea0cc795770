// Collecting diagnostics, finding the nearest name, and the table of kinds.
#include "base/diagnostics.h"

#include <gtest/gtest.h>

#include "base/diagnostic_kinds.h"
#include "base/file.h"

namespace nncc {

namespace {

TEST(Diagnostics, KeepTheirOrderAndCountErrorsOnly) {
    Diagnostics diagnostics;
    diagnostics.warning(kFileTooLarge, {}, "first");
    EXPECT_FALSE(diagnostics.has_errors());
    diagnostics.error(kFileTooLarge, {}, "second").hint = "a hint";
    EXPECT_TRUE(diagnostics.has_errors());
    EXPECT_EQ(diagnostics.error_count(), 1);
    ASSERT_EQ(diagnostics.all().size(), 2U);
    EXPECT_EQ(diagnostics.all()[0].message, "first");
    EXPECT_EQ(diagnostics.all()[0].severity, Severity::kWarning);
    EXPECT_EQ(diagnostics.all()[1].hint, "a hint");
}

TEST(Diagnostics, CountWhatTheyDoNotKeep) {
    Diagnostics diagnostics;
    for (int i = 0; i < 3 * Diagnostics::kMaximum; ++i) {
        Diagnostic& diagnostic = diagnostics.error(kFileTooLarge, {}, "again");
        diagnostic.notes.push_back({.message = "to be written to in any case"});
    }
    EXPECT_EQ(diagnostics.error_count(), 3 * Diagnostics::kMaximum);
    EXPECT_EQ(diagnostics.all().size(), static_cast<std::size_t>(Diagnostics::kMaximum));
    for (const Diagnostic& diagnostic : diagnostics.all()) EXPECT_EQ(diagnostic.notes.size(), 1U);
}

TEST(NearestName, FindsMisspellings) {
    std::vector<std::string> names = {"dense", "dropout", "relu", "w", "b", "max_pool"};
    EXPECT_EQ(nearest_name("dens", names), "dense");
    EXPECT_EQ(nearest_name("desne", names), "dense") << "two swapped letters are one mistake";
    EXPECT_EQ(nearest_name("maxpool", names), "max_pool");
    EXPECT_EQ(nearest_name("drpoutt", names), "dropout");
    EXPECT_EQ(nearest_name("rel", names), "relu");
}

TEST(NearestName, SuggestsNothingFarAway) {
    std::vector<std::string> names = {"dense", "relu", "w"};
    EXPECT_EQ(nearest_name("conv2d", names), "");
    EXPECT_EQ(nearest_name("x", names), "") << "one letter for another leaves nothing in common";
    EXPECT_EQ(nearest_name("dense", {"dense"}), "") << "the name itself is no suggestion";
    EXPECT_EQ(nearest_name("", names), "");
    EXPECT_EQ(nearest_name("dense", {}), "");
}

TEST(NearestName, PrefersTheNearestAndThenTheFirst) {
    EXPECT_EQ(nearest_name("weight", {"weights", "height", "weighty"}), "weights");
    EXPECT_EQ(nearest_name("normalise", {"normalize_x", "normalize"}), "normalize");
}

TEST(BaseDiagnosticKinds, AreOrderedNamedAndExplained) {
    std::string before = "NN0500";
    for (const DiagnosticKind* kind : base_diagnostics()) {
        EXPECT_LT(before, kind->code);
        EXPECT_GT(std::string(kind->explanation).size(), 100U);
        before = kind->code;
    }
}

}  // namespace

}  // namespace nncc
