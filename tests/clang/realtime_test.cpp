// The real-time check finds each forbidden construct, with its call chain, and passes what is bounded.
#include "clang/realtime.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "clang/diagnostic_kinds.h"

namespace nncc {
namespace {

RealtimeReport check(const std::string& text, const std::vector<std::string>& entries = {"step"}) {
    Expected<RealtimeReport> report = check_realtime(text, "text.cpp", entries);
    if (report) return *report;
    ADD_FAILURE() << report.error().message << (report.error().notes.empty() ? "" : "\n" + report.error().notes[0]);
    return {};
}

// Exactly one finding, of this kind.
void expect_only(RealtimeHazard hazard, const std::string& text) {
    const RealtimeReport report = check(text);
    ASSERT_EQ(report.findings.size(), 1u) << text << "\n" << describe(report);
    EXPECT_EQ(report.findings[0].hazard, hazard) << text << "\n" << describe(report);
}

void expect_proven(const std::string& text) {
    const RealtimeReport report = check(text);
    EXPECT_TRUE(report.proven()) << text << "\n" << describe(report);
}

TEST(Realtime, FindsAllocation) {
    expect_only(RealtimeHazard::kAllocation, "void step() { int* p = new int; *p = 1; }");
    expect_only(RealtimeHazard::kAllocation, "void step(int* p) { delete p; }");
    expect_only(RealtimeHazard::kAllocation, "extern \"C\" void* malloc(unsigned long); void step() { malloc(8); }");
    expect_only(RealtimeHazard::kAllocation, "void step() { __builtin_alloca(8); }");
    expect_only(RealtimeHazard::kAllocation, "void step(int n) { float a[n]; a[0] = 0; }");
    expect_proven(
        "void* operator new(unsigned long, void* p) noexcept; struct S { int x; };"
        "void step(void* p) { new (p) S{1}; }");
}

TEST(Realtime, FindsExceptions) {
    expect_only(RealtimeHazard::kThrow, "void step(int x) { if (x > 1) throw x; }");
    expect_only(RealtimeHazard::kThrow, "void step() { try { } catch (...) { } }");
}

TEST(Realtime, FindsVirtualCallsUnlessTheTypeIsKnown) {
    const std::string types =
        "struct A { virtual int f() { return 1; } }; struct B final : A { int f() override { return 2; } };";
    expect_only(RealtimeHazard::kVirtualCall, types + "int step(A& a) { return a.f(); }");
    expect_proven(types + "int step(B& b) { return b.f(); }");
    expect_proven(types + "int step(A& a) { return a.A::f(); }");
    expect_only(RealtimeHazard::kVirtualCall, types + "bool step(A& a) { return dynamic_cast<B*>(&a) != nullptr; }");
}

TEST(Realtime, FindsFunctionPointers) {
    expect_only(RealtimeHazard::kFunctionPointer, "int step(int (*f)(int)) { return f(1); }");
    expect_only(RealtimeHazard::kFunctionPointer, "struct S { int (S::*f)(); }; int step(S& s) { return (s.*s.f)(); }");
}

TEST(Realtime, FindsRecursionAlsoThroughOthers) {
    expect_only(RealtimeHazard::kReachesItself, "int step(int n) { return n < 2 ? n : step(n - 1); }");
    const RealtimeReport report = check(
        "int b(int); int a(int n) { return b(n); } int b(int n) { return n > 0 ? a(n - 1) : 0; }"
        "int step(int n) { return a(n); }");
    ASSERT_EQ(report.findings.size(), 1u) << describe(report);
    EXPECT_EQ(report.findings[0].hazard, RealtimeHazard::kReachesItself);
    EXPECT_EQ(report.findings[0].call_chain, (std::vector<std::string>{"step", "a", "b"}));
}

TEST(Realtime, FindsGuardedStatics) {
    const std::string value = "int value(int x) { return x; }";
    expect_only(RealtimeHazard::kGuardedStatic, value + "int step(int x) { static int s = value(x); return s; }");
    expect_only(RealtimeHazard::kGuardedStatic,
                value + "int g = 1; thread_local int t = value(g); int step() { return t; }");
    expect_proven("int step() { static int s = 3; static const float table[2] = {1, 2}; return s + (int)table[1]; }");
}

TEST(Realtime, FindsUnknownCallsAndAssembly) {
    expect_only(RealtimeHazard::kUnknownCall,
                "extern \"C\" long write(int, const void*, unsigned long);"
                "void step() { write(1, \"x\", 1); }");
    expect_only(RealtimeHazard::kUnknownCall, "struct Lock { void take(); }; void step(Lock& lock) { lock.take(); }");
    expect_only(RealtimeHazard::kAssembly, "void step() { asm volatile(\"syscall\"); }");
    expect_proven("void step(int x) { asm volatile(\"\" : \"+r\"(x)); }");
    const RealtimeReport report = check(
        "extern \"C\" float tanhf(float); extern \"C\" void* memcpy(void*, const void*, unsigned long);"
        "void step(float* x) { x[0] = tanhf(x[1]); memcpy(x, x + 4, 8); }");
    EXPECT_TRUE(report.proven());
    EXPECT_EQ(report.library_calls, (std::vector<std::string>{"memcpy", "tanhf"}));
}

TEST(Realtime, FindsWhatConstructorsDestructorsLambdasAndTemplatesDo) {
    expect_only(RealtimeHazard::kAllocation, "struct S { int* p; S() : p(new int) {} }; void step() { S s; }");
    expect_only(RealtimeHazard::kAllocation, "struct S { int* p; ~S() { delete p; } }; void step() { S s{}; }");
    expect_only(RealtimeHazard::kAllocation,
                "struct S { int* p; ~S() { delete p; } }; struct T { S s; }; void step() { T t{}; }");
    expect_only(RealtimeHazard::kAllocation, "struct S { int* p; ~S() { delete p; } }; void step() { S{}; }");
    expect_only(RealtimeHazard::kAllocation, "struct S { int* p = new int; }; void step() { S s; }");
    expect_only(RealtimeHazard::kAllocation, "int* f(int* p = new int) { return p; } void step() { f(); }");
    expect_only(RealtimeHazard::kAllocation,
                "template <class F> void apply(F f) { f(); } void step() { apply([] { new int; }); }");
}

TEST(Realtime, IgnoresWhatIsNotRun) {
    expect_proven("void unrelated() { new int; } void step() {}");
    expect_proven(
        "int f(); void step() { static_assert(sizeof(f()) == 4); auto l = [] { new int; }; (void)sizeof(l); }");
    expect_proven("template <bool on> void step_as() { if constexpr (on) new int; } void step() { step_as<false>(); }");
    expect_proven(
        "constexpr int count(int n) { int i = 0; while (i * i < n) ++i; return i; } void step() { constexpr int c = "
        "count(99); (void)c; }");
}

TEST(Realtime, ProvesBoundedLoops) {
    for (const char* loop : {
             "for (int i = 0; i < 10; ++i) ++sink;",
             "for (int i = 10; i > 0; --i) ++sink;",
             "for (int i = 10; i-- > 0;) ++sink;",
             "for (int i = 0; i != 10; ++i) ++sink;",
             "for (int i = 0; 10 > i; i += 3) ++sink;",
             "int i = 0; for (; i + 8 <= 100; i += 8) ++sink; for (; i < 100; ++i) ++sink;",
             "for (int i = 0; i < 10; ++i) for (int j = i; j < i + 4; ++j) ++sink;",
             "int left = 50; while (left >= 8) { ++sink; left -= 8; }",
             "int i = 0; do { ++sink; ++i; } while (i < 5);",
             "const int m = n < 64 ? n : 64; for (int i = 0; i < m; ++i) ++sink;",
             "for (int i = 0; i < (n & 63); ++i) ++sink;",
             "for (int i = 0; i < n % 7; ++i) ++sink;",
             "if (n > 256) return; for (int i = 0; i < n; ++i) ++sink;",
             "if (n < 0 || n > 256) { return; } for (int i = 0; i < n; ++i) ++sink;",
             "if (n <= 16) for (int i = 0; i < n; ++i) ++sink;",
             "float a[9]; for (float& x : a) x = 0;",
             "for (unsigned i = 8; i > 0; --i) ++sink;",
             "for (int run = 1; run < 100; run *= 2) for (int i = 0; i < 100; i += 2 * run) ++sink;",
             "for (int i = 0; i < 10 && sink > 0; ++i) ++sink;",
         }) {
        expect_proven(std::string("int sink; void step(int n) { ") + loop + " }");
    }
}

TEST(Realtime, RefusesLoopsWithoutABound) {
    for (const char* loop : {
             "for (int i = 0; i < n; ++i) ++sink;",
             "for (;;) ++sink;",
             "while (sink > 0) ++sink;",
             "for (int i = 0; i < 10; ++i) --i;",
             "for (int i = 0; i < 10; i += n) ++sink;",
             "for (int i = 0; i < 10; ++i) { int& j = i; j = 0; }",
             "for (int i = 0; i < 10; ++i) { if (sink) i = 0; }",
             "for (int i = n; i < 10; ++i) ++sink;",
             "for (int i = 0; i != n; ++i) ++sink;",
             "for (int i = 0; i != 9; i += 2) ++sink;",
             "for (unsigned i = 8; i >= 0; --i) ++sink;",
             "for (unsigned char i = 0; i < 256; ++i) ++sink;",
             "for (unsigned i = 12; i > 0; i -= 8) ++sink;",
             "int left = 50; while (left >= 8) { if (sink) continue; left -= 8; }",
             "int limit = 10; for (int i = 0; i < limit; ++i) ++limit;",
             "for (int i = 0; i < 10; i *= 2) ++sink;",
             "for (int i = -4; i < 10; i *= 2) ++sink;",
             "for (unsigned i = 0; i < 10; i *= 2) ++sink;",
             "again: if (++sink < 10) goto again;",
             "for (float* p = data; *p != 0; ++p) ++sink;",
         }) {
        const RealtimeReport report = check(std::string("int sink; float* data; void step(int n) { ") + loop + " }");
        ASSERT_EQ(report.findings.size(), 1u) << loop << "\n" << describe(report);
        EXPECT_EQ(report.findings[0].hazard, RealtimeHazard::kUnboundedLoop) << loop;
    }
}

TEST(Realtime, FollowsArgumentsIntoCallees) {
    const std::string sum =
        "float sum(const float* x, int n) { float s = 0; for (int i = 0; i < n; ++i) s += x[i]; return s; }";
    expect_proven(sum + "float step(const float* x) { return sum(x, 10) + sum(x, 20); }");
    expect_only(RealtimeHazard::kUnboundedLoop,
                sum + "float step(const float* x, int n) { return sum(x, 10) + sum(x, n); }");
    expect_proven(
        "template <class F> void each(int n, F f) { for (int i = 0; i < n; ++i) f(i); }"
        "void step(float* x) { each(4, [&](int i) { for (int j = 0; j < i; ++j) x[j] = 0; }); }");
    expect_proven(
        "template <class F> void call(F f) { f(); }"
        "void inner(float* x, int n) { call([&] { for (int j = 0; j < n; ++j) x[j] = 0; }); }"
        "void step(float* x) { inner(x, 3); inner(x, 5); }");
    expect_only(RealtimeHazard::kUnboundedLoop,
                "template <class F> void call(F f) { f(); }"
                "void inner(float* x, int n) { call([&] { for (int j = 0; j < n; ++j) x[j] = 0; }); }"
                "void step(float* x, int n) { inner(x, 3); inner(x, n); }");
}

TEST(Realtime, FollowsFieldsOfRecords) {
    const std::string sum =
        "struct Lanes { int first, count; };"
        "float sum(const float* x, Lanes lanes) { float s = 0; for (int i = 0; i < lanes.count; ++i) s += x[i]; return "
        "s; }";
    expect_proven(sum +
                  "float step(const float* x, int n) { const Lanes lanes{0, n < 8 ? n : 8}; return sum(x, lanes); }");
    expect_proven(sum + "float step(const float* x) { return sum(x, Lanes{0, 8}) + sum(x, {1, 9}); }");
    expect_only(
        RealtimeHazard::kUnboundedLoop,
        sum + "float step(const float* x, int n) { const Lanes lanes{0, n}; return sum(x, lanes) + sum(x, {0, 8}); }");
    expect_only(RealtimeHazard::kUnboundedLoop,
                sum +
                    "float step(const float* x, int n) { Lanes lanes{0, 8}; lanes.count = n;"
                    "return sum(x, lanes); }");
}

TEST(Realtime, PlaceAndCallChainAreNamed) {
    const RealtimeReport report = check(
        "namespace m {\nint* leak() {\n    return new int;\n}\nstruct Model {\n    void run() { leak(); }\n};\n}\n",
        {"m::Model::run"});
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].place, "text.cpp:3:12");
    EXPECT_EQ(report.findings[0].call_chain, (std::vector<std::string>{"m::Model::run", "m::leak"}));
    EXPECT_NE(describe(report).find("allocation: `new` allocates"), std::string::npos);
}

TEST(Realtime, MissingEntryAndBrokenTextAreErrors) {
    const std::vector<std::string> entries = {"absent"};
    Expected<RealtimeReport> absent = check_realtime("void step();", "text.cpp", entries);
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().kind, &kEntryPointMissing);
    Expected<RealtimeReport> broken = check_realtime("void step( {", "text.cpp", entries);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().kind, &kEmittedTextRejected);
    EXPECT_FALSE(broken.error().notes.empty());
}

TEST(Realtime, RuntimeProductsAreProven) {
    const RealtimeReport report = check(R"(
        #include <nncc/kernels.h>
        namespace nncc {
        void step(const float* x, const float* w, const float* panels, float* y, int rows) noexcept {
            const auto keep = [&](int i, int j, auto lanes, auto v) { store(y + i * 100 + j, v, lanes); };
            gemm<32, 100, 784>(Matrix<f32, 784, 1>{x}, Matrix<f32, 100, 1>{w}, keep);
            gemm<1, 100, 784>(Matrix<f32, 784, 1>{x}, Panels<f32>{panels}, keep);
            gemm<32, 100, 2000>(Matrix<f32, 1, 32>{x}, Matrix<f32, 1, 2000>{w}, keep);
            if (rows < 0 || rows > 256) return;
            gemm_rows<100, 784>(rows, Matrix<f32, 784, 1>{x}, Matrix<f32, 100, 1>{w}, keep);
            gemm_dynamic(100, 784, rows, StridedMatrix<f32>{x, 1, 100}, StridedMatrix<f32>{w, 784, 1}, keep);
        }
        }  // namespace nncc
        )",
                                        {"nncc::step"});
    EXPECT_TRUE(report.proven()) << describe(report);
    EXPECT_GT(report.function_count, 30);
    EXPECT_GT(report.loop_count, 15);
    RecordProperty("parse_ms", std::to_string(report.parse_milliseconds));
    RecordProperty("walk_ms", std::to_string(report.walk_milliseconds));
}

TEST(Realtime, RuntimeConvolutionsAreProven) {
    const RealtimeReport report = check(R"(
        #include <nncc/kernels.h>
        namespace nncc {
        void step(const float* x, const float* w, const float* panels, float* scratch, float* y) noexcept {
            const auto keep = [&](int row, int j, auto lanes, auto v) { store(y + row * 100 + j, v, lanes); };
            using Side = Axis<14, 14, 3, 1, 1>;
            convolve<2, NoAxis, Side, Side, 3, 3, 100>(x, Panels<f32>{panels}, keep);
            convolve<2, NoAxis, Side, Side, 20, 20, 100>(x, Panels<f32>{panels}, keep);
            convolve<2, NoAxis, Side, Side, 200, 200, 100>(x, Panels<f32>{panels}, keep);
            convolve<1, Side, Side, Side, 5, 10, 100>(x, Matrix<f32, 100, 1>{w}, keep);
            convolve<1, NoAxis, NoAxis, Axis<9, 18, 4, 1, 1, 2>, 4, 4, 100>(x, Matrix<f32, 100, 1>{w}, keep);
            convolve_depthwise<1, NoAxis, Side, Axis<14, 7, 9, 2, 4>, 100>(x, w, keep);
            convolve_winograd<2, 20, 2, Side, Side, 20, 100>(x, WinogradPanels{panels}, scratch, keep);
            convolve_winograd<4, 20, 2, Side, Side, 20, 100>(x, WinogradPanels{panels}, scratch, keep);
            pack_winograd<4, 20, 100>(Matrix<f32, 100, 1>{w}, scratch);
        }
        }  // namespace nncc
        )",
                                        {"nncc::step"});
    EXPECT_TRUE(report.proven()) << describe(report);
    EXPECT_GT(report.loop_count, 50);
}

TEST(Realtime, RuntimeCopiesByIndexAndStrideAreProven) {
    const RealtimeReport report = check(R"(
        #include <nncc/kernels.h>
        namespace nncc {
        void step(const float* x, const i32* indices, float* y, int rows) noexcept {
            if (rows < 0 || rows > 64) return;
            copy_strided(x, y, CopyAxis{rows, 1, 100}, CopyAxis{10, 10, 10}, CopyAxis{10, 100, 1});
            gather(x, 10, indices, rows, 4, y);
            scatter_add(indices, rows, x, 4, y, 10);
        }
        }  // namespace nncc
        )",
                                        {"nncc::step"});
    EXPECT_TRUE(report.proven()) << describe(report);
    EXPECT_GT(report.loop_count, 4);
}

TEST(Realtime, RuntimeProductOfUnboundedRowsIsRefused) {
    const RealtimeReport report = check(R"(
        #include <nncc/kernels.h>
        void step(const float* x, const float* w, float* y, int rows) noexcept {
            nncc::gemm_rows<8, 8>(rows, nncc::Matrix<nncc::f32, 8, 1>{x}, nncc::Matrix<nncc::f32, 8, 1>{w},
                                  [&](int i, int j, auto lanes, auto v) { nncc::store(y + i * 8 + j, v, lanes); });
        })");
    ASSERT_FALSE(report.proven());
    for (const RealtimeFinding& finding : report.findings) {
        EXPECT_EQ(finding.hazard, RealtimeHazard::kUnboundedLoop) << describe(report);
        EXPECT_TRUE(finding.place.starts_with("nncc/gemm.h:")) << finding.place;
    }
}

}  // namespace
}  // namespace nncc
