// What a model's files offer beside forward and step: fit, update at another rate, selftest, one file, and the stack
// they say.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "compile_and_run.h"
#include "emit/single_file.h"
#include "emitted_model.h"
#include "ops/build.h"
#include "passes/derive_fit.h"

namespace nncc::testing {
namespace {

std::string file_text(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

struct Compiled {
    TemporaryFolder folder;
    std::string name;
    std::unique_ptr<Library> library;
};

std::unique_ptr<Compiled> compiled(const EmittedFiles& files) {
    auto result = std::make_unique<Compiled>();
    result->name = files.cpp_namespace;
    write_files(files, result->folder.path());
    const std::string base = result->folder.path() + "/";
    expect_compiles(command("g++", {"-O1", "-shared", "-fPIC", base + result->name + ".cpp", "-o", base + "model.so"}));
    result->library = std::make_unique<Library>(base + "model.so");
    return result;
}

// The perceptron with values fitted by sums, by a maximum, by a product of two columns, and in two sweeps.
Program program_with_fit() {
    Program program = test_program();
    GraphBuilder b("fit");
    const Dim rows = Dim::named("batch");
    const Value x = b.add("input", {}, {{"name", program.inputs[0]}, {"type", Type{DType::kF32, {rows, 8}}}});
    const Value count = extent_value(b, rows, DType::kF32);
    const Value mean = divide(b, reduce_sum(b, x, {0}), broadcast_scalar(b, count, {8}));
    const Value centred = subtract(b, x, broadcast_to(b, mean, {rows, 8}, {1}));
    const Value products = einsum(b, "bi,bj->ij", {centred, centred});
    b.output("scale.mean", mean);
    b.output("scale.top", reduce(b, "reduce_max", x, {0}));
    b.output("scale.covariance", divide(b, products, broadcast_scalar(b, count, {8, 8})));
    program.storages.push_back({"scale.mean", StorageKind::kFit, {DType::kF32, {8}}});
    program.storages.push_back({"scale.top", StorageKind::kFit, {DType::kF32, {8}}});
    program.storages.push_back({"scale.covariance", StorageKind::kFit, {DType::kF32, {8, 8}}});
    program.entries.insert({"fit", std::move(b).finish()});
    return program;
}

TEST(Api, FitBySweepsIsFitOverAllRows) {
    const Program program = program_with_fit();
    const Emitted emitted = emit_program(program, 1, 32);
    EXPECT_NE(emitted.files.header.find("kFitSweeps = 2;"), std::string::npos) << emitted.files.header;
    const auto model = compiled(emitted.files);
    const Library& library = *model->library;
    constexpr int kRows = 101;
    std::vector<float> x(kRows * 8);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>((i * 7919 + i / 8 * 31) % 1000) / 100 - 7;
    Bindings<double> all;
    all.dims["batch"] = kRows;
    all.inputs[program.inputs[0]] = {
        DType::kF32, {kRows, 8}, Eigen::Map<Eigen::ArrayXf>(x.data(), kRows * 8).cast<double>()};
    const auto expected = evaluate(program.entries.at("fit"), all).outputs;

    Memory weights(library.find<std::size_t()>(model->name + "_weights_bytes")());
    Memory trainer(library.find<std::size_t()>(model->name + "_trainer_bytes")());
    library.find<void(void*, const void*, unsigned long long)>(model->name + "_trainer_init")(trainer.data(),
                                                                                              weights.data(), 7);
    const auto* tensors = static_cast<const char*>(library.find<const void*()>(model->name + "_tensors")());
    ASSERT_NE(tensors, nullptr);
    x.resize((kRows + 32) * 8, 1e30F);  // rows that do not exist count for nothing
    auto* fit = library.find<void(void*, const float*, int, int)>(model->name + "_trainer_fit");
    for (int turn = 0; turn < 2; ++turn) {  // the second time from the start again
        for (int sweep = 0; sweep < library.find<int()>(model->name + "_trainer_fit_sweeps")(); ++sweep) {
            for (int row = 0; row < kRows; row += 32)
                fit(trainer.data(), x.data() + row * 8, std::min(32, kRows - row), row + 32 >= kRows);
        }
        const auto* fitted = static_cast<const float*>(
            library.find<const void*(const void*)>(model->name + "_trainer_weights")(trainer.data()));
        // The fitted values are the last members of Weights: mean, top and covariance in the order of the storages.
        std::size_t at = 0;
        for (const Storage& storage : program.storages) {
            if (storage.kind == StorageKind::kParam)
                at += static_cast<std::size_t>(element_count(storage.type.shape)->constant());
        }
        for (const char* name : {"scale.mean", "scale.top", "scale.covariance"}) {
            for (double element : expected.at(name).elements)
                EXPECT_NEAR(fitted[at++], element, 1e-6 * std::max(1.0, std::abs(element))) << name << " " << turn;
        }
    }
}

TEST(Api, AFitThatNeedsAllRowsAtOnceIsSaidToBeMissing) {
    Program program = test_program();
    GraphBuilder b("fit");
    const Value x =
        b.add("input", {}, {{"name", program.inputs[0]}, {"type", Type{DType::kF32, {Dim::named("batch"), 8}}}});
    b.set_origin({"order", "mlp.nn:3", "argsort(x)"});
    const Value order = b.add("argsort", {x}, {{"axis", std::int64_t{0}}});
    b.output("scale.first", reduce_sum(b, order, {0}));
    program.storages.push_back({"scale.first", StorageKind::kFit, {DType::kI32, {8}}});
    program.entries.insert({"fit", std::move(b).finish()});
    const Emitted emitted = emit_program(program, 1, 32);
    EXPECT_EQ(emitted.files.header.find("void fit("), std::string::npos);
    EXPECT_NE(emitted.files.header.find("// No fit(): mlp.nn:3: `argsort` needs all rows at once"), std::string::npos)
        << emitted.files.header;
}

TEST(Api, SelftestFindsADifference) {
    Emitted emitted = emit_program(test_program(), 1, 32);
    EXPECT_EQ(compiled(emitted.files)->library->find<int()>(emitted.files.cpp_namespace + "_selftest")(), 0);
    // Other weights than those of the vectors: all of them differ.
    const std::size_t at = emitted.files.source.find("initialize(weights, 1);");
    ASSERT_NE(at, std::string::npos);
    emitted.files.source.replace(at, 23, "initialize(weights, 2);");
    EXPECT_EQ(compiled(emitted.files)->library->find<int()>(emitted.files.cpp_namespace + "_selftest")(), 2);
}

TEST(Api, UpdateAtAnotherRate) {
    const Emitted emitted = emit_program(test_program(), 1, 32);
    const auto model = compiled(emitted.files);
    const Library& library = *model->library;
    const std::size_t bytes = library.find<std::size_t()>(model->name + "_weights_bytes")();
    Memory weights(bytes), gradient(bytes);
    library.find<void(void*, unsigned long long)>(model->name + "_initialize")(weights.data(), 3);
    library.find<void(void*, unsigned long long)>(model->name + "_initialize")(gradient.data(), 4);
    const auto updated = [&](float scale) {
        Memory trainer(library.find<std::size_t()>(model->name + "_trainer_bytes")());
        library.find<void(void*, const void*, unsigned long long)>(model->name + "_trainer_init")(trainer.data(),
                                                                                                  weights.data(), 7);
        library.find<void(void*, const void*, float)>(model->name + "_trainer_update_scaled")(trainer.data(),
                                                                                              gradient.data(), scale);
        const auto* after = static_cast<const float*>(
            library.find<const void*(const void*)>(model->name + "_trainer_weights")(trainer.data()));
        return std::vector<float>(after, after + 187);
    };
    const std::vector<float> none = updated(0), half = updated(0.5F), whole = updated(1);
    const auto* before = static_cast<const float*>(weights.data());
    for (std::size_t i = 0; i < 187; ++i) {
        EXPECT_EQ(none[i], before[i]);
        EXPECT_NE(whole[i], before[i]);
        EXPECT_NEAR(half[i], (before[i] + whole[i]) / 2, 1e-7);
    }
}

TEST(Api, ASingleFileCompilesAlone) {
    std::map<std::string, std::string> read;
    const EmittedFiles files =
        fold_runtime(emit_program(test_program(), 1, 32).files, [&](std::string_view name) -> std::string_view {
            std::string& text = read[std::string(name)];
            text = file_text(std::string(NNCC_SOURCE_DIR) + "/runtime/" + std::string(name));
            return text;
        });
    EXPECT_EQ(files.source.find("#include"), std::string::npos);
    EXPECT_EQ(files.header.find("#include"), std::string::npos);
    TemporaryFolder folder;
    write_files(files, folder.path());
    const std::string base = folder.path() + "/";
    write_text(base + "main.cpp",
               fmt::format("#include \"{0}.h\"\nint main() {{ return {0}::selftest(); }}\n", files.cpp_namespace));
    std::vector<std::string> words{"g++",
                                   "-std=c++20",
                                   "-O1",
                                   "-march=native",
                                   "-fno-exceptions",
                                   "-fno-rtti",
                                   base + files.cpp_namespace + ".cpp",
                                   base + "main.cpp",
                                   "-o",
                                   base + "main"};
    words.insert(words.end(), kWarningFlags.begin(), kWarningFlags.end());
    expect_compiles(words);
    EXPECT_EQ(std::system((base + "main").c_str()), 0);
}

// ---- hostile names ----

// Every name and origin with `hostile` behind each part, so that the order of names stays.
Program renamed(const Program& program, const std::string& hostile) {
    const auto name_of = [&](std::string_view name) {
        std::string result;
        const bool is_gradient = name.starts_with("d ");
        for (char c : is_gradient ? name.substr(2) : name) {
            if (c == '.' || c == '/') result += hostile;
            result += c;
        }
        return (is_gradient ? "d " : "") + result + hostile;
    };
    const auto is_own = [](std::string_view name) { return name == "seed" || name == "step" || name == "loss"; };
    const auto rename = [&](std::string& name) {
        if (!name.empty() && !is_own(name)) name = name_of(name);
    };
    Program result = program;
    for (Storage& storage : result.storages) rename(storage.name);
    for (std::string& name : result.inputs) rename(name);
    for (std::string& name : result.data) rename(name);
    for (auto& [entry, graph] : result.entries) {
        GraphBuilder builder(graph.name());
        std::vector<Value> made;
        for (const Node& node : graph.nodes()) {
            std::vector<Value> operands;
            for (Value operand : node.operands)
                operands.push_back({made[static_cast<std::size_t>(operand.node)].node, operand.result});
            Attributes attributes = node.attributes;
            if (attributes.find("name") != nullptr) {
                std::string name = attributes.text("name");
                rename(name);
                attributes.set("name", name);
            }
            const Origin origin{name_of(node.origin.name), node.origin.place + hostile,
                                node.origin.expression + hostile};
            made.push_back(builder.add(*node.op, operands, attributes, origin, node.body));
        }
        for (const Output& output : graph.outputs()) {
            std::string name = output.name;
            rename(name);
            builder.output(name, {made[static_cast<std::size_t>(output.value.node)].node, output.value.result});
        }
        graph = std::move(builder).finish();
    }
    result.summary += hostile;
    return result;
}

TEST(Api, HostileNamesCompile) {
    for (const std::string hostile : {"\"*/\\\n?\?/\n", "_class"}) {
        const Emitted emitted = emit_program(renamed(test_program(), hostile), 1, 32);
        TemporaryFolder folder;
        write_files(emitted.files, folder.path());
        const std::string source = folder.path() + "/" + emitted.files.cpp_namespace + ".cpp";
        expect_compiles(command("g++", {"-fsyntax-only", source}));
    }
}

}  // namespace
}  // namespace nncc::testing
