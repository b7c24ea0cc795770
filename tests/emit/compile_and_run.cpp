// Graphs to C++ functions over arrays of pointers, through a compiler into a shared object, called with tensors.
#include "compile_and_run.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "emit/entry_text.h"
#include "passes/fuse.h"
#include "passes/plan_memory.h"

extern char** environ;

namespace nncc::testing {

const std::vector<std::string> kWarningFlags = {
    "-Wall",    "-Wextra", "-Wpedantic",         "-Wconversion",     "-Wsign-conversion",
    "-Wshadow", "-Werror", "-Wdouble-promotion", "-Wold-style-cast", "-fno-exceptions",
    "-fno-rtti"};

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nncc-emit-XXXXXX").string();
    NNCC_CHECK(mkdtemp(pattern.data()) != nullptr, "no temporary folder");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void write_text(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    NNCC_CHECK(file.good(), "cannot write {}", path);
}

Expected<> compile_files(const std::vector<std::string>& arguments) {
    TemporaryFolder folder;
    const std::string messages = folder.path() + "/messages";
    std::vector<char*> words;
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int spawned = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (spawned != 0 || waitpid(child, &status, 0) != child)
        return Error{.kind = nullptr, .message = "cannot run " + arguments[0]};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Nothing{};
    std::ifstream file(messages);
    std::stringstream text;
    text << file.rdbuf();
    return Error{.kind = nullptr, .message = text.str()};
}

// One graph of the batch. Its function takes arrays of pointers: inputs, outputs, storages, run-time extents, arena.
struct GraphBatch::Entry {
    Plan plan;
    DimBindings dims;
    std::vector<std::pair<std::string, Type>> inputs, outputs, storages;
    std::vector<std::string> extents;  // names of bounded dimensions
    std::string text;
    using Function = void (*)(const void* const*, void* const*, void* const*, const int*, void*);
    Function function = nullptr;
};

GraphBatch::GraphBatch() = default;
GraphBatch::~GraphBatch() {
    if (library_ != nullptr) dlclose(library_);
}

namespace {

int place_of(std::vector<std::pair<std::string, Type>>& list, const std::string& name, const Type& type) {
    for (std::size_t k = 0; k < list.size(); ++k) {
        if (list[k].first == name) return static_cast<int>(k);
    }
    list.emplace_back(name, type);
    return static_cast<int>(list.size()) - 1;
}

std::string pointer(std::string_view array, int index, DType dtype, bool constant) {
    return fmt::format("static_cast<{}{}*>({}[{}])", constant ? "const " : "", cpp_type(dtype), array, index);
}

void write_elements(std::vector<unsigned char>& bytes, const Tensor<double>& tensor, DType dtype) {
    const auto count = static_cast<std::size_t>(tensor.size());
    bytes.assign(count * static_cast<std::size_t>(dtype_bytes(dtype)) + 64, 0xa5);
    for (std::size_t k = 0; k < count; ++k) {
        const double element = tensor.elements[static_cast<Eigen::Index>(k)];
        const auto put = [&](auto value) { std::memcpy(bytes.data() + k * sizeof(value), &value, sizeof(value)); };
        switch (dtype) {
            case DType::kF32: put(static_cast<float>(element)); break;
            case DType::kF64: put(element); break;
            case DType::kI32: put(static_cast<std::int32_t>(element)); break;
            case DType::kBool: put(static_cast<unsigned char>(element != 0)); break;
        }
    }
}

Tensor<double> read_elements(const std::vector<unsigned char>& bytes, DType dtype, Extents extents) {
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;
    Tensor<double> tensor{dtype, std::move(extents), Eigen::Array<double, Eigen::Dynamic, 1>(count)};
    for (std::int64_t k = 0; k < count; ++k) {
        const auto get = [&](auto value) {
            std::memcpy(&value, bytes.data() + static_cast<std::size_t>(k) * sizeof(value), sizeof(value));
            return static_cast<double>(value);
        };
        switch (dtype) {
            case DType::kF32: tensor.elements[k] = get(0.0F); break;
            case DType::kF64: tensor.elements[k] = get(0.0); break;
            case DType::kI32: tensor.elements[k] = get(std::int32_t{0}); break;
            case DType::kBool: tensor.elements[k] = get(static_cast<unsigned char>(0)); break;
        }
    }
    return tensor;
}

Extents extents_of(const Type& type, const DimBindings& bounds, const std::map<std::string, std::int64_t>& dims) {
    Extents extents;
    std::map<std::string, std::int64_t> values = dims;
    for (const auto& [name, binding] : bounds) values.try_emplace(name, binding.value);
    for (const Dim& dim : type.shape) extents.push_back(*dim.value(values));
    return extents;
}

}  // namespace

Expected<int> GraphBatch::add(const Graph& graph, const DimBindings& dims, FuseLevel level) {
    auto plan = plan_memory(fuse(expand(graph), level), dims);
    if (!plan) return plan.error();
    return add(*plan, dims);
}

Expected<int> GraphBatch::add(const Plan& plan, const DimBindings& dims) {
    auto entry = std::make_unique<Entry>();
    entry->plan = plan;
    entry->dims = dims;
    auto lowered = lower_entry(entry->plan, [](const std::string&) { return true; });
    if (!lowered) return lowered.error();
    for (const Node& node : plan.graph.nodes()) {
        if (node.op->name == "input") place_of(entry->inputs, node.attributes.text("name"), node.type());
        if (node.op->name == "storage") place_of(entry->storages, node.attributes.text("name"), node.type());
        if (node.op->name == "store")
            place_of(entry->storages, node.attributes.text("name"), plan.graph.type(node.operands[0]));
    }
    for (const Output& output : plan.graph.outputs())
        place_of(entry->outputs, output.name, plan.graph.type(output.value));
    EntryBinding binding;
    binding.arena = "arena";
#if defined(NNCC_SANITISED)
    binding.check_arena = true;
#endif
    binding.reserved = {"inputs", "outputs", "storages", "extents"};
    for (std::size_t k = 0; k < entry->inputs.size(); ++k) {
        binding.inputs[entry->inputs[k].first] =
            pointer("inputs", static_cast<int>(k), entry->inputs[k].second.dtype, true);
    }
    for (std::size_t k = 0; k < entry->outputs.size(); ++k) {
        binding.outputs[entry->outputs[k].first] =
            pointer("outputs", static_cast<int>(k), entry->outputs[k].second.dtype, false);
    }
    binding.storage = [&](const std::string& name, DType dtype, bool) {
        return pointer("storages", place_of(entry->storages, name, Type{dtype, {}}), dtype, false);
    };
    for (const auto& [name, dim] : dims) {
        if (!dim.bounded) continue;
        entry->extents.push_back(name);
        binding.reserved.push_back(mangle(name));
    }
    NameScope scope;
    KernelLibrary library(scope);
    const EntryText text = print_entry(*lowered, binding, library, scope, 1);
    const int index = static_cast<int>(entries_.size());
    Code code;
    code.line(fmt::format("namespace g{} {{", index));
    code.line("namespace {");
    code.blank();
    library.print(code);
    code.line("}  // namespace");
    code.line(
        fmt::format("extern \"C\" void run_{}(const void* const* inputs, void* const* outputs, void* const* storages, "
                    "const int* extents, void* memory) noexcept;",
                    index));
    code.line(
        fmt::format("void run_{}([[maybe_unused]] const void* const* inputs, [[maybe_unused]] void* const* outputs, "
                    "[[maybe_unused]] void* const* storages, "
                    "[[maybe_unused]] const int* extents, [[maybe_unused]] void* memory) noexcept {{",
                    index));
    if (text.uses_arena) code.line("    unsigned char* const arena = static_cast<unsigned char*>(memory);");
    for (std::size_t k = 0; k < entry->extents.size(); ++k)
        code.line(fmt::format("    [[maybe_unused]] const int {} = extents[{}];", mangle(entry->extents[k]), k));
    code.append(text.code);
    code.line("}");
    code.line(fmt::format("}}  // namespace g{}", index));
    entry->text = code.text();
    entries_.push_back(std::move(entry));
    return index;
}

std::string GraphBatch::source() const {
    std::string text = "#include <nncc/arena_check.h>\n#include <nncc/kernels.h>\n\n";
    for (const auto& entry : entries_) text += entry->text + "\n";
    return text;
}

Expected<> GraphBatch::compile(const CompileOptions& options) {
    write_text(folder_.path() + "/batch.cpp", source());
    const std::string object = folder_.path() + "/batch.so";
    std::vector<std::string> arguments{options.compiler, "-std=c++20", "-shared",
                                       "-fPIC",          "-I",         std::string(NNCC_SOURCE_DIR) + "/runtime"};
    arguments.insert(arguments.end(), options.flags.begin(), options.flags.end());
    if (options.with_warnings) arguments.insert(arguments.end(), kWarningFlags.begin(), kWarningFlags.end());
    arguments.insert(arguments.end(), {folder_.path() + "/batch.cpp", "-o", object});
    if (auto compiled = compile_files(arguments); !compiled) return compiled;
    library_ = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) return Error{.kind = nullptr, .message = dlerror()};
    for (std::size_t k = 0; k < entries_.size(); ++k) {
        entries_[k]->function = reinterpret_cast<Entry::Function>(dlsym(library_, fmt::format("run_{}", k).c_str()));
        NNCC_CHECK(entries_[k]->function != nullptr);
    }
    return Nothing{};
}

Evaluation<double> GraphBatch::run(int index, const Bindings<double>& bindings) const {
    const Entry& entry = *entries_[static_cast<std::size_t>(index)];
    NNCC_CHECK(entry.function != nullptr, "compile first");
    std::vector<std::vector<unsigned char>> inputs(entry.inputs.size()), outputs(entry.outputs.size()),
        storages(entry.storages.size());
    for (std::size_t k = 0; k < inputs.size(); ++k)
        write_elements(inputs[k], bindings.inputs.at(entry.inputs[k].first), entry.inputs[k].second.dtype);
    const auto empty = [&](const Type& type) {
        const Extents extents = extents_of(type, entry.dims, bindings.dims);
        std::int64_t count = 1;
        for (std::int64_t extent : extents) count *= extent;
        return std::vector<unsigned char>(static_cast<std::size_t>(count * dtype_bytes(type.dtype)) + 64, 0xa5);
    };
    for (std::size_t k = 0; k < outputs.size(); ++k) outputs[k] = empty(entry.outputs[k].second);
    for (std::size_t k = 0; k < storages.size(); ++k) {
        auto given = bindings.storages.find(entry.storages[k].first);
        if (given != bindings.storages.end())
            write_elements(storages[k], given->second, entry.storages[k].second.dtype);
        else storages[k] = empty(entry.storages[k].second);
    }
    std::vector<int> extents;
    for (const std::string& name : entry.extents) extents.push_back(static_cast<int>(bindings.dims.at(name)));
    std::vector<const void*> input_pointers;
    std::vector<void*> output_pointers, storage_pointers;
    for (auto& bytes : inputs) input_pointers.push_back(bytes.data());
    for (auto& bytes : outputs) output_pointers.push_back(bytes.data());
    for (auto& bytes : storages) storage_pointers.push_back(bytes.data());
    const std::size_t arena_bytes = static_cast<std::size_t>((entry.plan.arena_bytes + 127) / 64 * 64);
    void* arena = std::aligned_alloc(64, arena_bytes);
    std::memset(arena, 0xa5, arena_bytes);
    entry.function(input_pointers.data(), output_pointers.data(), storage_pointers.data(), extents.data(), arena);
    std::free(arena);
    // Nothing may be written behind a tensor's end.
    const auto check_end = [](const std::vector<unsigned char>& bytes) {
        for (std::size_t k = bytes.size() - 64; k < bytes.size(); ++k)
            NNCC_CHECK(bytes[k] == 0xa5, "written behind the end");
    };
    Evaluation<double> result;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        check_end(outputs[k]);
        const auto& [name, type] = entry.outputs[k];
        result.outputs[name] = read_elements(outputs[k], type.dtype, extents_of(type, entry.dims, bindings.dims));
    }
    for (int store : entry.plan.graph.stores()) {
        const std::string& name = entry.plan.graph.node(store).attributes.text("name");
        for (std::size_t k = 0; k < storages.size(); ++k) {
            if (entry.storages[k].first != name) continue;
            check_end(storages[k]);
            const Type& type = entry.storages[k].second;
            result.stores[name] = read_elements(storages[k], type.dtype, extents_of(type, entry.dims, bindings.dims));
        }
    }
    return result;
}

}  // namespace nncc::testing
