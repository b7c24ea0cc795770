// Runs the passes on a program as the driver does, emits it, and loads what a compiler makes of it.
#include "emitted_model.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "compile_and_run.h"
#include "ops/build.h"

namespace nncc::testing {

Program test_program(const MlpOptions& options) {
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

static Program part_of(const Program& program, std::int64_t batch, bool forward) {
    Program part = program;
    part.dims["batch"] = DimBinding{batch, false};
    std::erase_if(part.entries, [&](const auto& entry) { return (entry.first == "forward") != forward; });
    return part;
}

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
    for (const auto& [name, plan] : forward->plans)
        entries.push_back({name, forward_batch, forward->program.dims, plan});
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
    std::vector<std::string> words{compiler, "-std=c++20", "-I", std::string(NNCC_SOURCE_DIR) + "/runtime",
                                   "-march=native"};
    words.insert(words.end(), kWarningFlags.begin(), kWarningFlags.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

void expect_compiles(const std::vector<std::string>& words) {
    auto compiled = compile_files(words);
    EXPECT_TRUE(compiled) << compiled.error().message.substr(0, 4000);
}

Memory::Memory(std::size_t bytes) : bytes_((bytes + 63) / 64 * 64), data_(std::aligned_alloc(64, bytes_)) {
    std::memset(data_, 0, bytes_);
}

Memory::~Memory() { std::free(data_); }

Library::Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    NNCC_CHECK(handle_ != nullptr, "{}", dlerror());
}

Library::~Library() { dlclose(handle_); }

void* Library::symbol(const std::string& name) const {
    void* found = dlsym(handle_, name.c_str());
    NNCC_CHECK(found != nullptr, "no {}", name);
    return found;
}

std::vector<float> floats(const Tensor<double>& tensor) {
    std::vector<float> result;
    for (double element : tensor.elements) result.push_back(static_cast<float>(element));
    return result;
}

}  // namespace nncc::testing
