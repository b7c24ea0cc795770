// A whole model: its files compile without a warning with two compilers, and its C functions agree with the evaluator.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "compile_and_run.h"
#include "emit/emit.h"
#include "mlp.h"
#include "ops/build.h"
#include "passes/pipeline.h"

namespace nncc::testing {
namespace {

// The perceptron with an `initialize`: parameters uniform in [-0.5, 0.5), slots 0.
Program test_program(const MlpOptions& options = {}) {
    Program program = mlp_program(options);
    GraphBuilder b("initialize");
    const Value seed = b.add("input", {}, {{"name", std::string("seed")}, {"type", Type{DType::kI32, {}}}});
    const Value zero = scalar(b, 0, DType::kI32);
    for (const Storage& storage : program.storages) {
        if (storage.kind == StorageKind::kCounter) continue;
        b.set_origin({storage.name, "mlp.nn:1", "uniform"});
        Value value = b.add("random", {seed, zero, zero}, {{"site", storage.name}, {"type", storage.type}});
        value = add(b, value, -0.5);
        if (storage.kind == StorageKind::kSlot) value = splat(b, 0.0, storage.type);
        b.add("store", {value}, {{"name", storage.name}});
    }
    program.entries.insert({"initialize", std::move(b).finish()});
    return program;
}

Program part_of(const Program& program, std::int64_t batch, bool forward) {
    Program part = program;
    part.dims["batch"] = DimBinding{batch, false};
    std::erase_if(part.entries, [&](const auto& entry) { return (entry.first == "forward") != forward; });
    return part;
}

struct Emitted {
    CompiledProgram forward, rest;
    EmittedFiles files;
};

Emitted emit_program(const Program& program, std::int64_t forward_batch, std::int64_t train_batch) {
    auto forward = run_pipeline(part_of(program, forward_batch, true));
    auto rest = run_pipeline(part_of(program, train_batch, false));
    EXPECT_TRUE(forward) << forward.error().message;
    EXPECT_TRUE(rest) << rest.error().message;
    Program table = rest->program;
    for (const Storage& storage : forward->program.storages) {
        if (storage.kind == StorageKind::kPacked) table.storages.push_back(storage);
    }
    std::vector<EmitEntry> entries;
    for (const auto& [name, plan] : forward->plans) entries.push_back({name, forward_batch, forward->program.dims, plan});
    for (const auto& [name, plan] : rest->plans) entries.push_back({name, train_batch, rest->program.dims, plan});
    auto files = emit_model({.program = table,
                             .entries = std::move(entries),
                             .source_name = "mlp.nn",
                             .source_hash = std::string(64, '0'),
                             .version = "0.1.0",
                             .command = "nncc mlp.nn -o mlp.cpp",
                             .training = "Adam"});
    EXPECT_TRUE(files) << files.error().message;
    return {std::move(*forward), std::move(*rest), std::move(*files)};
}

void write_files(const EmittedFiles& files, const std::string& folder) {
    write_text(folder + "/" + files.cpp_namespace + ".h", files.header);
    write_text(folder + "/" + files.cpp_namespace + ".cpp", files.source);
    write_text(folder + "/" + files.cpp_namespace + "_c.h", files.c_header);
}

std::vector<std::string> command(const std::string& compiler, const std::vector<std::string>& more) {
    std::vector<std::string> words{compiler, "-std=c++20", "-I", std::string(NNCC_SOURCE_DIR) + "/runtime", "-march=native"};
    words.insert(words.end(), kWarningFlags.begin(), kWarningFlags.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

void expect_compiles(const std::vector<std::string>& words) {
    auto compiled = compile_files(words);
    EXPECT_TRUE(compiled) << compiled.error().message.substr(0, 4000);
}

TEST(Model, CompilesCleanlyWithBothCompilers) {
    const Emitted mlp = emit_program(test_program(), 1, 32);
    TemporaryFolder folder;
    write_files(mlp.files, folder.path());
    const std::string source = folder.path() + "/" + mlp.files.cpp_namespace + ".cpp";
    expect_compiles(command("g++", {"-O2", "-c", source, "-o", folder.path() + "/gcc.o"}));
    expect_compiles(command("clang++-19", {"-fsyntax-only", source}));
    write_text(folder.path() + "/user.c", fmt::format("#include \"{}_c.h\"\n", mlp.files.cpp_namespace));
    expect_compiles({"gcc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", folder.path() + "/user.c"});
}

TEST(Model, TheSameProgramGivesTheSameBytes) {
    const Emitted first = emit_program(test_program(), 1, 32), second = emit_program(test_program(), 1, 32);
    EXPECT_EQ(first.files.header, second.files.header);
    EXPECT_EQ(first.files.source, second.files.source);
    EXPECT_EQ(first.files.c_header, second.files.c_header);
}

// Memory aligned as the C functions want it.
class Memory {
  public:
    explicit Memory(std::size_t bytes) : bytes_((bytes + 63) / 64 * 64), data_(std::aligned_alloc(64, bytes_)) { std::memset(data_, 0, bytes_); }
    ~Memory() { std::free(data_); }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    void* data() { return data_; }

  private:
    std::size_t bytes_;
    void* data_;
};

class Library {
  public:
    explicit Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) { NNCC_CHECK(handle_ != nullptr, "{}", dlerror()); }
    ~Library() { dlclose(handle_); }
    template <class F>
    F* find(const std::string& name) const {
        auto* found = reinterpret_cast<F*>(dlsym(handle_, name.c_str()));
        NNCC_CHECK(found != nullptr, "no {}", name);
        return found;
    }

  private:
    void* handle_;
};

std::vector<float> floats(const Tensor<double>& tensor) {
    std::vector<float> result;
    for (double element : tensor.elements) result.push_back(static_cast<float>(element));
    return result;
}

TEST(Model, FollowsTheEvaluatorThroughTraining) {
    const Emitted mlp = emit_program(test_program(), 1, 32);
    const Program& program = mlp.rest.program;
    TemporaryFolder folder;
    write_files(mlp.files, folder.path());
    const std::string& name = mlp.files.cpp_namespace;
    expect_compiles(command("g++", {"-O2", "-shared", "-fPIC", folder.path() + "/" + name + ".cpp", "-o", folder.path() + "/model.so"}));
    const Library library(folder.path() + "/model.so");

    // initialize: every parameter as the evaluator has it
    Memory weights(library.find<std::size_t()>(name + "_weights_bytes")());
    library.find<void(void*, unsigned long long)>(name + "_initialize")(weights.data(), 7);
    Bindings<double> start;
    start.inputs["seed"] = Tensor<double>{DType::kI32, {}, Eigen::Array<double, Eigen::Dynamic, 1>::Constant(1, 7)};
    std::map<std::string, Tensor<double>> storages = evaluate(program.entries.at("initialize"), start).stores;
    const auto* first = static_cast<const float*>(weights.data());
    std::size_t at = 0;
    for (const Storage& storage : program.storages) {
        if (storage.kind != StorageKind::kParam) continue;
        for (double element : storages.at(storage.name).elements) ASSERT_NEAR(first[at++], element, 1e-6) << storage.name;
    }

    // five steps of training
    Memory trainer(library.find<std::size_t()>(name + "_trainer_bytes")());
    library.find<void(void*, const void*, unsigned long long)>(name + "_trainer_init")(trainer.data(), weights.data(), 7);
    storages["step"] = Tensor<double>{DType::kI32, {}, Eigen::Array<double, Eigen::Dynamic, 1>::Constant(1, 0)};
    storages["seed"] = Tensor<double>{DType::kI32, {}, Eigen::Array<double, Eigen::Dynamic, 1>::Constant(1, 7)};
    const Graph& step = program.entries.at("step");
    for (int k = 0; k < 5; ++k) {
        Bindings<double> bindings = random_bindings(step, 100 + static_cast<std::uint64_t>(k));
        bindings.storages = storages;
        const Evaluation<double> expected = evaluate(step, bindings);
        const std::vector<float> x = floats(bindings.inputs.at(program.inputs[0])), y = floats(bindings.inputs.at(program.data[0]));
        const double loss = library.find<double(void*, const float*, const float*)>(name + "_trainer_step")(trainer.data(), x.data(), y.data());
        EXPECT_NEAR(loss, expected.outputs.at("loss").elements[0], 1e-5) << "step " << k;
        for (const auto& [stored, tensor] : expected.stores) storages[stored] = tensor;
    }
    EXPECT_EQ(library.find<unsigned long long(const void*)>(name + "_trainer_steps")(trainer.data()), 5U);
    const auto* trained = static_cast<const float*>(library.find<const void*(const void*)>(name + "_trainer_weights")(trainer.data()));
    at = 0;
    for (const Storage& storage : program.storages) {
        if (storage.kind != StorageKind::kParam) continue;
        for (double element : storages.at(storage.name).elements) ASSERT_NEAR(trained[at++], element, 2e-4) << storage.name;
    }

    // forward of the trained weights
    Memory packed(library.find<std::size_t()>(name + "_packed_bytes")()), model(library.find<std::size_t()>(name + "_model_bytes")());
    library.find<void(const void*, void*)>(name + "_pack")(trained, packed.data());
    library.find<void(void*, const void*)>(name + "_model_init")(model.data(), packed.data());
    Bindings<double> row;
    row.dims["batch"] = 1;
    row.storages = storages;
    row.inputs["x"] = Tensor<double>{DType::kF32, {1, 8}, Eigen::Array<double, Eigen::Dynamic, 1>::LinSpaced(8, -1, 1)};
    const std::vector<float> x = floats(row.inputs.begin()->second);
    float output = -1;
    library.find<void(void*, const float*, float*)>(name + "_forward")(model.data(), x.data(), &output);
    EXPECT_NEAR(output, evaluate(test_program().entries.at("forward"), row).outputs.at("output").elements[0], 1e-4);
}

TEST(Model, TwoModelsLinkTogether) {
    Program first = test_program(), second = test_program({.sizes = {8, 4, 1}});
    second.name = "other";
    const Emitted a = emit_program(first, 1, 32), b = emit_program(second, 1, 16);
    TemporaryFolder folder;
    write_files(a.files, folder.path());
    write_files(b.files, folder.path());
    const std::string one = a.files.cpp_namespace, two = b.files.cpp_namespace;
    write_text(folder.path() + "/main.cpp", fmt::format("#include \"{0}.h\"\n#include \"{1}.h\"\nint main() {{ static {0}::Weights a; static {1}::Weights b; "
                                                        "{0}::initialize(a, 1); {1}::initialize(b, 1); return 0; }}\n",
                                                        one, two));
    expect_compiles(command("g++", {"-O0", folder.path() + "/" + one + ".cpp", folder.path() + "/" + two + ".cpp", folder.path() + "/main.cpp", "-o", folder.path() + "/main"}));
}

}  // namespace
}  // namespace nncc::testing
