// Functions of headers inside a model, emitted, fused and compiled, against the same functions compiled natively.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/file.h"
#include "clang/header_reader.h"
#include "driver/compile_model.h"
#include "driver/native_model.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wkeyword-macro"
#endif
#include <algorithm>
#include <cstdint>
#include <numbers>
namespace as_float {
#include "other_functions.h"
#include "smooth_functions.h"
}  // namespace as_float
namespace as_double {
#define float double
#include "other_functions.h"
#include "smooth_functions.h"
#undef float
}  // namespace as_double
#pragma GCC diagnostic pop

namespace nncc {
namespace {

// One function: what it is natively, and by how many last places of the result, or of `scale` where terms cancel, the
// fused one may differ. The runtime's functions are within 2 ULP each of the exact value (their tests say so), libm's
// within 1; a * b + c is one rounding or two.
struct Function {
    const char* header;
    const char* name;
    float (*single)(float, float);
    double (*real)(double, double);
    double max_ulp;
    double scale;
};

#define SMOOTH(name, ulp, scale) \
    Function { "smooth_functions.h", #name, as_float::name, as_double::name, ulp, scale }
#define OTHER(name, ulp, scale) \
    Function { "other_functions.h", #name, as_float::name, as_double::name, ulp, scale }
const Function kFunctions[] = {
    SMOOTH(soft_clip, 4, 1),      SMOOTH(elementary, 16, 10),
    SMOOTH(assigned, 6, 6),       SMOOTH(early, 6, 10),
    SMOOTH(polynomial, 6, 5),     SMOOTH(left_by_break, 12, 10),
    SMOOTH(guarded_log, 8, 1),    SMOOTH(guarded_root, 6, 1),
    SMOOTH(knee, 8, 1),           SMOOTH(by_reference, 8, 10),
    SMOOTH(logic, 4, 10),         OTHER(integers, 0, 1),
    OTHER(flags, 2, 1),           OTHER(through_double, 4, 1),
    OTHER(constants, 4, 30),      OTHER(templated, 4, 3),
    OTHER(series, 8, 10),         OTHER(extremes, 6, 10),
    OTHER(references, 4, 10),     OTHER(smaller, 0, 1),
    OTHER(larger, 0, 1),          OTHER(roundings, 1, 1),
    OTHER(absolutes, 2, 3),       OTHER(tangent, 8, 0),
    OTHER(hyperbolic_sine, 8, 0), OTHER(hyperbolic_cosine, 8, 0),
    OTHER(arc_sine, 8, 0.1),      OTHER(arc_cosine, 8, 0.1),
    OTHER(area_tangent, 10, 0.1), OTHER(angle, 6, 1),
    OTHER(length, 4, 0),          OTHER(powers, 6, 0),
    OTHER(squares, 4, 10),        OTHER(power_of_two, 4, 3),
    OTHER(logarithms, 4, 3),
};

constexpr int kCount = 64;  // points of one call
constexpr int kCalls = 40;

class FolderLoader : public SourceLoader {
  public:
    Expected<const SourceFile*> load(const std::string& path) override {
        Expected<std::string> text = read_file(std::string(NNCC_SOURCE_DIR) + "/tests/clang/" + path);
        if (!text) return text.error();
        files_.push_back(std::make_unique<SourceFile>(SourceFile{path, std::move(*text)}));
        return static_cast<const SourceFile*>(files_.back().get());
    }

  private:
    std::vector<std::unique_ptr<SourceFile>> files_;
};

// Every function with a result of its own.
std::string model_text() {
    std::string items, results, values;
    for (const Function& function : kFunctions) {
        items += fmt::format("extern \"{}\" fn {}(x: f32, y: f32) -> f32\n", function.header, function.name);
        results += fmt::format("{}r_{}: f32[{}]", results.empty() ? "" : ", ", function.name, kCount);
        values += fmt::format("{}{}(x, y)", values.empty() ? "" : ", ", function.name);
    }
    return items +
           fmt::format("model m(x: f32[{0}], y: f32[{0}]) -> [{1}] {{\n    [{2}]\n}}\n", kCount, results, values);
}

std::optional<NativeModel> compile(bool real_f64) {
    const SourceFile file{"m.nn", model_text()};
    FolderLoader loader;
    HeaderReader reader;
    AnalyseOptions options;
    options.real_f64 = real_f64;
    options.user_functions = &reader;
    Diagnostics diagnostics;
    std::optional<CompiledModel> model = analyse(file, "m", options, loader, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) ADD_FAILURE() << render_text(diagnostic, false);
    if (!model) return std::nullopt;
    CompileRequest request;
    request.source_name = "m.nn";
    request.source_text = file.text;
    Expected<Compilation> compilation = compile_model(*model, request);
    if (!compilation) {
        ADD_FAILURE() << compilation.error().message;
        return std::nullopt;
    }
    Expected<NativeModel> native = NativeModel::compile(compilation->files, *model, NativeUse::kForward);
    if (!native) {
        ADD_FAILURE() << render_text(native.error(), false);
        return std::nullopt;
    }
    native->use(native->new_weights());
    return std::move(*native);
}

template <class Real>
void compare(const NativeModel& model) {
    std::mt19937 generator(11);
    std::uniform_real_distribution<Real> distribution(-3, 3);
    std::map<std::string, double> worst;
    for (int call = 0; call < kCalls; ++call) {
        std::vector<Real> x(kCount), y(kCount);
        for (int i = 0; i < kCount; ++i) {
            x[static_cast<std::size_t>(i)] = distribution(generator);
            y[static_cast<std::size_t>(i)] = distribution(generator);
        }
        std::vector<std::vector<Real>> results(std::size(kFunctions), std::vector<Real>(kCount));
        const void* inputs[] = {x.data(), y.data()};
        std::vector<void*> outputs;
        for (std::vector<Real>& result : results) outputs.push_back(result.data());
        model.forward(inputs, outputs);
        for (std::size_t at = 0; at < std::size(kFunctions); ++at) {
            const Function& function = kFunctions[at];
            for (std::size_t i = 0; i < kCount; ++i) {
                Real expected;
                if constexpr (std::is_same_v<Real, float>) expected = function.single(x[i], y[i]);
                else expected = function.real(x[i], y[i]);
                const double size = std::max(function.scale, std::abs(static_cast<double>(expected)));
                const double ulp = size * std::numeric_limits<Real>::epsilon();
                const double error = std::abs(static_cast<double>(results[at][i]) - static_cast<double>(expected));
                worst[function.name] = std::max(worst[function.name], error / ulp);
                ASSERT_LE(error, function.max_ulp * ulp)
                    << function.name << "(" << x[i] << ", " << y[i] << ") is " << results[at][i] << " instead of "
                    << expected << ", " << error / ulp << " ULP";
            }
        }
    }
    for (const auto& [name, ulp] : worst) std::cout << name << " " << ulp << "\n";
}

TEST(FusedHeader, AgreesWithTheCompiledFunctionInF32) {
    std::optional<NativeModel> model = compile(false);
    ASSERT_TRUE(model);
    compare<float>(*model);
}

TEST(FusedHeader, AgreesWithTheCompiledFunctionInF64) {
    std::optional<NativeModel> model = compile(true);
    ASSERT_TRUE(model);
    compare<double>(*model);
}

}  // namespace
}  // namespace nncc
