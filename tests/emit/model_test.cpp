// A whole model: its files compile without a warning with two compilers, and its C functions agree with the evaluator.
#include <gtest/gtest.h>

#include "compile_and_run.h"
#include "emitted_model.h"
#include "lowering/diagnostic_kinds.h"
#include "mlp.h"

namespace nncc::testing {
namespace {

TEST(Model, CompilesCleanlyWithBothCompilers) {
    const Emitted mlp = emit_program(test_program(), 1, 32);
    TemporaryFolder folder;
    write_files(mlp.files, folder.path());
    const std::string source = folder.path() + "/" + mlp.files.cpp_namespace + ".cpp";
    expect_compiles(command("g++", {"-O2", "-c", source, "-o", folder.path() + "/gcc.o"}));
    expect_compiles(command("clang++-19", {"-fsyntax-only", source}));
    write_text(folder.path() + "/user.c", fmt::format("#include \"{}_c.h\"\n", mlp.files.cpp_namespace));
    expect_compiles(
        {"gcc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", folder.path() + "/user.c"});
}

TEST(Model, TheSameProgramGivesTheSameBytes) {
    const Emitted first = emit_program(test_program(), 1, 32), second = emit_program(test_program(), 1, 32);
    EXPECT_EQ(first.files.header, second.files.header);
    EXPECT_EQ(first.files.source, second.files.source);
    EXPECT_EQ(first.files.c_header, second.files.c_header);
}

TEST(Model, FollowsTheEvaluatorThroughTraining) {
    const Emitted mlp = emit_program(test_program(), 1, 32);
    const Program& program = mlp.rest.program;
    TemporaryFolder folder;
    write_files(mlp.files, folder.path());
    const std::string& name = mlp.files.cpp_namespace;
    expect_compiles(command(
        "g++", {"-O2", "-shared", "-fPIC", folder.path() + "/" + name + ".cpp", "-o", folder.path() + "/model.so"}));
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
        for (double element : storages.at(storage.name).elements)
            ASSERT_NEAR(first[at++], element, 1e-6) << storage.name;
    }

    // five steps of training
    Memory trainer(library.find<std::size_t()>(name + "_trainer_bytes")());
    library.find<void(void*, const void*, unsigned long long)>(name + "_trainer_init")(trainer.data(), weights.data(),
                                                                                       7);
    storages["step"] = Tensor<double>{DType::kI32, {}, Eigen::Array<double, Eigen::Dynamic, 1>::Constant(1, 0)};
    storages["seed"] = Tensor<double>{DType::kI32, {}, Eigen::Array<double, Eigen::Dynamic, 1>::Constant(1, 7)};
    const Graph& step = program.entries.at("step");
    for (int k = 0; k < 5; ++k) {
        Bindings<double> bindings = random_bindings(step, 100 + static_cast<std::uint64_t>(k));
        bindings.storages = storages;
        const Evaluation<double> expected = evaluate(step, bindings);
        const std::vector<float> x = floats(bindings.inputs.at(program.inputs[0])),
                                 y = floats(bindings.inputs.at(program.data[0]));
        const double loss = library.find<double(void*, const float*, const float*)>(name + "_trainer_step")(
            trainer.data(), x.data(), y.data());
        EXPECT_NEAR(loss, expected.outputs.at("loss").elements[0], 1e-5) << "step " << k;
        for (const auto& [stored, tensor] : expected.stores) storages[stored] = tensor;
    }
    EXPECT_EQ(library.find<unsigned long long(const void*)>(name + "_trainer_steps")(trainer.data()), 5U);
    const auto* trained =
        static_cast<const float*>(library.find<const void*(const void*)>(name + "_trainer_weights")(trainer.data()));
    at = 0;
    for (const Storage& storage : program.storages) {
        if (storage.kind != StorageKind::kParam) continue;
        for (double element : storages.at(storage.name).elements)
            ASSERT_NEAR(trained[at++], element, 2e-4) << storage.name;
    }

    // forward of the trained weights
    Memory packed(library.find<std::size_t()>(name + "_packed_bytes")()),
        model(library.find<std::size_t()>(name + "_model_bytes")());
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
    write_text(
        folder.path() + "/main.cpp",
        fmt::format(
            "#include \"{0}.h\"\n#include \"{1}.h\"\nint main() {{ static {0}::Weights a; static {1}::Weights b; "
            "{0}::initialize(a, 1); {1}::initialize(b, 1); return 0; }}\n",
            one, two));
    expect_compiles(command("g++", {"-O0", folder.path() + "/" + one + ".cpp", folder.path() + "/" + two + ".cpp",
                                    folder.path() + "/main.cpp", "-o", folder.path() + "/main"}));
}

TEST(Model, WithoutItsEntriesIsRefused) {
    const Program program = mlp_program();
    const Expected<EmittedFiles> files = emit_model({.program = program,
                                                     .entries = {},
                                                     .source_name = "m.nn",
                                                     .source_hash = "",
                                                     .version = "",
                                                     .command = "",
                                                     .training = ""});
    ASSERT_FALSE(files);
    EXPECT_EQ(files.error().kind, &kMissingEntry);
    EXPECT_EQ(files.error().message, "no plan of `initialize` was given");
}

}  // namespace
}  // namespace nncc::testing
