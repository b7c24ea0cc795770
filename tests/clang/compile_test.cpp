// Compiles text in process, loads it and calls it; compares with g++ on the same text.
#include "clang/compile.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "clang/diagnostic_kinds.h"

namespace nncc {
namespace {

// A dense layer with tanh and its gradient, written as the emitter writes: no header, builtins, constant extents.
constexpr const char* kLayer = R"(
constexpr int kIn = 37, kOut = 19;
static float activate(float x) noexcept {
    const float x2 = x * x;
    const float p = x * (135135.0f + x2 * (17325.0f + x2 * (378.0f + x2)));
    const float q = 135135.0f + x2 * (62370.0f + x2 * (3150.0f + x2 * 28.0f));
    return p / q;
}
extern "C" void layer(const float* x, const float* w, float* y, float* dw) noexcept {
    __builtin_memset(dw, 0, sizeof(float) * kIn * kOut);
    for (int o = 0; o < kOut; ++o) {
        float sum = 0.0f;
        for (int i = 0; i < kIn; ++i) sum += x[i] * w[o * kIn + i];
        y[o] = activate(sum);
        for (int i = 0; i < kIn; ++i) dw[o * kIn + i] += (1.0f - y[o] * y[o]) * x[i];
    }
}
)";

using Layer = void(const float*, const float*, float*, float*) noexcept;

std::vector<float> run_layer(Layer* layer) {
    std::vector<float> x(37), w(37 * 19), result(19 + 37 * 19);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.01f * static_cast<float>(i) - 0.2f;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = 0.5f - 0.03f * static_cast<float>(i % 31);
    layer(x.data(), w.data(), result.data(), result.data() + 19);
    return result;
}

TEST(Compile, LoadedFunctionComputes) {
    Expected<ObjectCode> object = compile_to_object("extern \"C\" int add(int a, int b) { return a + b; }", "add.cpp");
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_TRUE(object->undefined_symbols.empty());
    EXPECT_GT(object->milliseconds, object->front_end_milliseconds);
    Expected<LoadedModule> module = load(*object);
    ASSERT_TRUE(module) << module.error().message;
    ASSERT_NE(module->symbol("add"), nullptr);
    EXPECT_EQ(module->function<int(int, int)>("add")(40, 2), 42);
    EXPECT_EQ(module->symbol("subtract"), nullptr);
}

TEST(Compile, TwoModulesWithTheSameNamesStayApart) {
    const auto text = [](int value) {
        return "extern \"C\" int value() { static int calls = 0; return " + std::to_string(value) + " + calls++; }";
    };
    Expected<ObjectCode> first = compile_to_object(text(10), "first.cpp");
    Expected<ObjectCode> second = compile_to_object(text(20), "second.cpp");
    ASSERT_TRUE(first && second);
    Expected<LoadedModule> one = load(*first);
    Expected<LoadedModule> two = load(*second);
    ASSERT_TRUE(one && two);
    EXPECT_EQ(one->function<int()>("value")(), 10);
    EXPECT_EQ(two->function<int()>("value")(), 20);
    EXPECT_EQ(one->function<int()>("value")(), 11);
    // A module that was unloaded leaves its number to the next one, which must not be mistaken for it.
    {
        const LoadedModule gone = std::move(*one);
    }
    Expected<LoadedModule> again = load(*first);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->function<int()>("value")(), 10);
}

TEST(Compile, LibraryFunctionsAreResolved) {
    Expected<ObjectCode> object = compile_to_object(R"(
        extern "C" double cbrt(double);
        extern "C" double f(double x, void* to, const void* from, unsigned long n) {
            __builtin_memcpy(to, from, n);
            return cbrt(x);
        })",
                                                    "f.cpp");
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_EQ(object->undefined_symbols, (std::vector<std::string>{"cbrt", "memcpy"}));
    Expected<LoadedModule> module = load(*object);
    ASSERT_TRUE(module) << module.error().message;
    const char from[] = "text";
    char to[sizeof from] = {};
    EXPECT_DOUBLE_EQ((module->function<double(double, void*, const void*, unsigned long)>("f")(27.0, to, from, 5)),
                     3.0);
    EXPECT_STREQ(to, "text");
}

TEST(Compile, UndefinedFunctionIsALoadError) {
    Expected<ObjectCode> object = compile_to_object(
        "extern \"C\" int absent_function(); int (*f)() = absent_function;"
        "extern \"C\" int g() { return f(); }",
        "g.cpp");
    ASSERT_TRUE(object);
    Expected<LoadedModule> module = load(*object);
    ASSERT_FALSE(module);
    EXPECT_EQ(module.error().kind, &kLoadFailed);
    EXPECT_NE(module.error().message.find("absent_function"), std::string::npos) << module.error().message;
}

TEST(Compile, SeveralObjectsAreLinkedTogether) {
    Expected<ObjectCode> first = compile_to_object(
        "extern \"C\" int half(int);"
        "extern \"C\" int quarter(int x) { return half(half(x)); }",
        "a.cpp");
    Expected<ObjectCode> second = compile_to_object("extern \"C\" int half(int x) { return x / 2; }", "b.cpp");
    ASSERT_TRUE(first && second);
    const std::vector<ObjectCode> objects = {*first, *second};
    Expected<LoadedModule> module = load(objects);
    ASSERT_TRUE(module) << module.error().message;
    EXPECT_EQ(module->function<int(int)>("quarter")(40), 10);
}

TEST(Compile, OnlyWhatRootsReachIsKept) {
    const std::string_view text =
        "template <class T> T twice(T x) { return x + x; }\n"
        "extern \"C\" int absent(int);\n"
        "extern \"C\" int kept(int x) { return twice(x); }\n"
        "extern \"C\" int other(int x) { return absent(x); }\n";
    CompileOptions options;
    options.roots = {"kept"};
    Expected<ObjectCode> object = compile_to_object(text, "roots.cpp", options);
    ASSERT_TRUE(object) << object.error().message;
    EXPECT_TRUE(object->undefined_symbols.empty());
    Expected<LoadedModule> module = load(*object);
    ASSERT_TRUE(module) << module.error().message;
    EXPECT_EQ(module->symbol("other"), nullptr);
    ASSERT_NE(module->symbol("kept"), nullptr);
    EXPECT_EQ(module->function<int(int)>("kept")(21), 42);
}

TEST(Compile, PartsOfOneTextAreLinkedTogether) {
    const std::string_view text =
        "static const int table[] = {3, 5};\n"
        "inline int shared(int k) { return table[k]; }\n"
        "extern \"C\" int first() { return shared(0); }\n"
        "extern \"C\" int second() { return shared(1); }\n";
    CompileOptions options;
    options.roots = {"first"};
    Expected<ObjectCode> first = compile_to_object(text, "parts.cpp", options);
    options.roots = {"second"};
    Expected<ObjectCode> second = compile_to_object(text, "parts.cpp", options);
    ASSERT_TRUE(first && second);
    const std::vector<ObjectCode> objects = {*first, *second};
    Expected<LoadedModule> module = load(objects);
    ASSERT_TRUE(module) << module.error().message;
    EXPECT_EQ(module->function<int()>("first")(), 3);
    EXPECT_EQ(module->function<int()>("second")(), 5);
}

TEST(Compile, DataObjectHoldsTheBytes) {
    std::string bytes(100'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
    Expected<ObjectCode> code = compile_to_object(
        "extern \"C\" const unsigned char weights[]; extern \"C\" const unsigned char* get() { return weights; }",
        "get.cpp");
    ASSERT_TRUE(code);
    const std::vector<ObjectCode> objects = {*code, data_to_object("weights", bytes)};
    Expected<LoadedModule> module = load(objects);
    ASSERT_TRUE(module) << module.error().message;
    const unsigned char* weights = module->function<const unsigned char*()>("get")();
    EXPECT_EQ(module->symbol("weights"), weights);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(weights) % 64, 0u);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(weights), bytes.size()), bytes);
}

TEST(Compile, DynamicInitialisersRun) {
    Expected<ObjectCode> object = compile_to_object(
        "extern \"C\" int rand(); struct S { int x; S() : x(rand() >= 0 ? 7 : 8) {} }; S s;"
        "extern \"C\" int get() { return s.x; }",
        "s.cpp");
    ASSERT_TRUE(object);
    Expected<LoadedModule> module = load(*object);
    ASSERT_TRUE(module);
    EXPECT_EQ(module->function<int()>("get")(), 7);
}

TEST(Compile, ErrorsOfClangSurfaceWithTheirPlaces) {
    Expected<ObjectCode> object = compile_to_object("int f() {\n    return missing;\n}\n", "broken.cpp");
    ASSERT_FALSE(object);
    EXPECT_EQ(object.error().kind, &kEmittedTextRejected);
    EXPECT_EQ(object.error().exit_code, ExitCode::kInternal);
    ASSERT_EQ(object.error().notes.size(), 1u);
    EXPECT_EQ(object.error().notes[0], "broken.cpp:2:12: error: use of undeclared identifier 'missing'");
}

TEST(Compile, OnlyGivenHeadersAreFound) {
    Expected<ObjectCode> disk = compile_to_object("#include <stdlib.h>\n", "disk.cpp");
    ASSERT_FALSE(disk);
    ASSERT_FALSE(disk.error().notes.empty());
    EXPECT_EQ(disk.error().notes[0], "disk.cpp:1:10: error: 'stdlib.h' file not found");
    CompileOptions options;
    options.files = {{"model.h", "inline int nine() { return NINE; }\n"}};
    options.defines = {"NINE=9"};
    Expected<ObjectCode> given =
        compile_to_object("#include \"model.h\"\nint f() { return nine(); }\n", "m.cpp", options);
    EXPECT_TRUE(given);
}

TEST(Compile, UnknownProcessorIsRefused) {
    CompileOptions options;
    options.target_cpu = "pentium-ninety";
    Expected<ObjectCode> object = compile_to_object("int x;", "x.cpp", options);
    ASSERT_FALSE(object);
    EXPECT_EQ(object.error().kind, &kTargetUnsupported);
    options.target_cpu = "x86-64-v3";
    EXPECT_TRUE(compile_to_object("int x;", "x.cpp", options));
}

TEST(Compile, SameInputGivesTheSameBytes) {
    Expected<ObjectCode> first = compile_to_object(kLayer, "layer.cpp");
    Expected<ObjectCode> second = compile_to_object(kLayer, "layer.cpp");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->bytes, second->bytes);
}

TEST(Compile, AgreesWithGccOnTheSameText) {
    const std::string folder = testing::TempDir() + "nncc_clang_" + std::to_string(::getpid());
    std::filesystem::create_directory(folder);
    ASSERT_TRUE(write_file_atomically(folder + "/layer.cpp", kLayer));
    const std::string command = "g++ -std=c++20 -O2 -shared -fPIC -o " + folder + "/layer.so " + folder + "/layer.cpp";
    if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no g++ on this machine";
    void* handle = ::dlopen((folder + "/layer.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(handle, nullptr) << ::dlerror();
    const std::vector<float> expected = run_layer(reinterpret_cast<Layer*>(::dlsym(handle, "layer")));
    ::dlclose(handle);
    std::filesystem::remove_all(folder);
    for (int level : {0, 3}) {
        CompileOptions options;
        options.optimisation_level = level;
        Expected<ObjectCode> object = compile_to_object(kLayer, "layer.cpp", options);
        ASSERT_TRUE(object) << object.error().message;
        Expected<LoadedModule> module = load(*object);
        ASSERT_TRUE(module) << module.error().message;
        const std::vector<float> seen = run_layer(module->function<Layer>("layer"));
        // 37 products of at most 0.2 * 0.5, each rounded once less or more when fused: 37 * 0.1 * 2^-24, and the
        // rational function has slope at most 1 and about 10 roundings of values near 1.
        constexpr float kBound = 37 * 0.1f * 6e-8f + 10 * 1.2e-7f;
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_NEAR(seen[i], expected[i], kBound) << i << " -O" << level;
    }
}

TEST(Compile, SanitizedCodeTrapsOrIsRefused) {
    CompileOptions options;
    options.sanitize = true;
    Expected<ObjectCode> object =
        compile_to_object("extern \"C\" float at(const float* x, int i) { return x[i]; }", "at.cpp", options);
    if (::dlsym(RTLD_DEFAULT, "__asan_init") == nullptr) {
        ASSERT_FALSE(object);
        EXPECT_EQ(object.error().kind, &kTargetUnsupported);
        return;
    }
    ASSERT_TRUE(object) << object.error().message;
    Expected<LoadedModule> module = load(*object);
    ASSERT_TRUE(module) << module.error().message;
    auto* at = module->function<float(const float*, int)>("at");
    std::vector<float> values(4, 2.0f);
    EXPECT_EQ(at(values.data(), 3), 2.0f);
    EXPECT_DEATH(at(values.data(), 4), "heap-buffer-overflow");
}

}  // namespace
}  // namespace nncc
