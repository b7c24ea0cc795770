// A program's text to a shared object and its functions, with storages kept equal in C++ and in the evaluator.
#include "emitted_model.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "emit/code.h"

namespace nncc::testing {
namespace {

class TextLoader : public SourceLoader {
  public:
    explicit TextLoader(const std::map<std::string, std::string>& texts) {
        for (const auto& [path, text] : texts) files_[path] = std::make_unique<SourceFile>(SourceFile{path, text});
    }
    Expected<const SourceFile*> load(const std::string& path) override {
        auto found = files_.find(path);
        if (found == files_.end()) return Error{nullptr, "there is no such file", "", {}, ExitCode::kEnvironment};
        return static_cast<const SourceFile*>(found->second.get());
    }

  private:
    std::map<std::string, std::unique_ptr<SourceFile>> files_;
};

void put(unsigned char* to, const Tensor<double>& tensor, DType dtype) {
    const auto write = [&](Eigen::Index k, auto value) {
        std::memcpy(to + static_cast<std::size_t>(k) * sizeof(value), &value, sizeof(value));
    };
    for (Eigen::Index k = 0; k < tensor.elements.size(); ++k) {
        const double element = tensor.elements[k];
        switch (dtype) {
            case DType::kF32: write(k, static_cast<float>(element)); break;
            case DType::kF64: write(k, element); break;
            case DType::kI32: write(k, static_cast<std::int32_t>(element)); break;
            case DType::kBool: write(k, static_cast<unsigned char>(element != 0)); break;
        }
    }
}

Tensor<double> take(const unsigned char* from, DType dtype, Extents extents) {
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;
    Tensor<double> tensor{dtype, std::move(extents), Eigen::ArrayXd(count)};
    const auto read = [&](Eigen::Index k, auto value) {
        std::memcpy(&value, from + static_cast<std::size_t>(k) * sizeof(value), sizeof(value));
        return static_cast<double>(value);
    };
    for (Eigen::Index k = 0; k < count; ++k) {
        switch (dtype) {
            case DType::kF32: tensor.elements[k] = read(k, float{}); break;
            case DType::kF64: tensor.elements[k] = read(k, double{}); break;
            case DType::kI32: tensor.elements[k] = read(k, std::int32_t{}); break;
            case DType::kBool: tensor.elements[k] = read(k, static_cast<unsigned char>(0)); break;
        }
    }
    return tensor;
}

// One member of Weights, as the emitted table has it.
struct Member {
    std::string name;
    DType dtype;
    Extents extents;
    std::size_t offset;
};

// Adapters that take arrays of pointers: forward(model, dims, in, out), step(trainer, dims, in).
std::string adapter(const EmittedFiles& files, const CompiledModel& model) {
    std::string dims, inputs, outputs, data;
    int dim_count = 0;
    for (const auto& [name, binding] : model.program.dims) {
        if (binding.bounded) dims += fmt::format(", dims[{}]", dim_count++);
    }
    const auto cast = [](DType dtype, const char* array, std::size_t index, bool constant) {
        const std::string_view type = dtype == DType::kBool  ? "unsigned char"
                                      : dtype == DType::kI32 ? "int"
                                                             : cpp_type(dtype);
        return fmt::format(", static_cast<{}{}*>({}[{}])", constant ? "const " : "", type, array, index);
    };
    std::size_t at = 0;
    for (const auto& [name, type] : model.inputs) inputs += cast(type.dtype, "in", at++, true);
    for (const std::string& name : model.program.data) {
        for (const Feed& feed : model.train->feeds) {
            if (feed.name == name) data += cast(feed.type.dtype, "in", at++, true);
        }
    }
    at = 0;
    for (const auto& [name, type] : model.outputs) outputs += cast(type.dtype, "out", at++, false);
    const std::string& prefix = files.cpp_namespace;
    std::string text = fmt::format(
        "\nextern \"C\" int test_forward(void* model, [[maybe_unused]] const int* dims, [[maybe_unused]] const void* "
        "const* in, void* const* out) {{\n    {}{}_forward(model{}{}{});\n{}}}\n",
        dim_count > 0 ? "return " : "", prefix, dims, inputs, outputs, dim_count > 0 ? "" : "    return 1;\n");
    text += fmt::format(
        "extern \"C\" const char* test_tensor(int k, int* facts, long long* extents) {{\n    const nncc::Tensor& "
        "tensor = {}::kTensors[k];\n"
        "    facts[0] = static_cast<int>(tensor.dtype);\n    facts[1] = tensor.rank;\n    facts[2] = "
        "static_cast<int>(tensor.offset);\n"
        "    for (int axis = 0; axis < tensor.rank; ++axis) extents[axis] = tensor.extents[axis];\n    return "
        "tensor.name;\n}}\n",
        prefix);
    if (model.train) {
        text += fmt::format(
            "extern \"C\" double test_step(void* trainer, [[maybe_unused]] const int* dims, const void* const* in) "
            "{{\n    return {}_trainer_step(trainer{}{}{});\n}}\n",
            prefix, dims, inputs, data);
    }
    return text;
}

}  // namespace

Tensor<double> make_tensor(DType dtype, Extents extents, const std::vector<double>& elements) {
    return {dtype, std::move(extents),
            Eigen::Map<const Eigen::ArrayXd>(elements.data(), static_cast<Eigen::Index>(elements.size()))};
}

Tensor<double> random_tensor(DType dtype, Extents extents, double low, double high, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> distribution(low, high);
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;
    Tensor<double> tensor{dtype, std::move(extents), Eigen::ArrayXd(count)};
    for (double& element : tensor.elements) {
        element = distribution(generator);
        if (dtype == DType::kF32) element = static_cast<double>(static_cast<float>(element));
        if (!is_floating(dtype)) element = std::floor(element);
    }
    return tensor;
}

double distance(const Tensor<double>& a, const Tensor<double>& b) {
    if (a.extents != b.extents) return INFINITY;
    double largest = 0;
    for (Eigen::Index k = 0; k < a.elements.size(); ++k) {
        const double difference = std::abs(a.elements[k] - b.elements[k]) / (1 + std::abs(b.elements[k]));
        if (std::isnan(difference) && !(std::isnan(a.elements[k]) && std::isnan(b.elements[k]))) return INFINITY;
        if (!std::isnan(difference)) largest = std::max(largest, difference);
    }
    return largest;
}

EmittedModel::EmittedModel(const std::string& text, const EmittedOptions& options)
    : source_{"m.nn", text},
      loader_(std::make_unique<TextLoader>(options.files)),
      batch_(options.batch),
      train_batch_(options.train_batch) {
    AnalyseOptions analyse_options;
    analyse_options.defines = options.defines;
    analyse_options.real_f64 = options.real_f64;
    Diagnostics diagnostics;
    model_ = analyse(source_, "", analyse_options, *loader_, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        if (diagnostic.severity == Severity::kError) ADD_FAILURE() << render_text(diagnostic, false);
    }
    if (model_) build(options);
    if (is_valid()) initialize(7);
}

EmittedModel::~EmittedModel() {
    if (library_ != nullptr) dlclose(library_);
}

void* EmittedModel::symbol(const std::string& name) const {
    void* found = dlsym(library_, name.c_str());
    NNCC_CHECK(found != nullptr, "no {}", name);
    return found;
}

void EmittedModel::build(const EmittedOptions& options) {
    CompileRequest request;
    request.source_name = source_.path;
    request.source_text = source_.text;
    request.command = "nncc m.nn";
    request.forward_batches = {options.batch};
    request.train_batch = options.train_batch;
    Expected<Compilation> compiled = compile_model(*model_, request);
    if (!compiled) {
        ADD_FAILURE() << compiled.error().message;
        return;
    }
    compilation_ = std::move(*compiled);
    const EmittedFiles& files = compilation_->files;
    write_text(folder_.path() + "/" + header_name(files), files.header);
    const std::string source = folder_.path() + "/" + source_name(files), object = folder_.path() + "/model.so";
    write_text(source, files.source + adapter(files, *model_));
    std::vector<std::string> words{"g++",     "-std=c++20", "-O1", "-march=native",
                                   "-shared", "-fPIC",      "-I",  std::string(NNCC_SOURCE_DIR) + "/runtime",
                                   source,    "-o",         object};
    words.insert(words.end(), kWarningFlags.begin(), kWarningFlags.end());
    Expected<> done = compile_files(words);
    if (!done) {
        ADD_FAILURE() << done.error().message.substr(0, 4000);
        return;
    }
    library_ = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) {
        ADD_FAILURE() << dlerror();
        return;
    }
    const std::string& prefix = files.cpp_namespace;
    for (const char* what : {"_weights_bytes", "_packed_bytes", "_model_bytes", "_trainer_bytes"}) {
        const bool present = std::string_view(what) != "_trainer_bytes" || model_->train.has_value();
        memory_.emplace_back((present ? find<std::size_t()>(prefix + what)() : 0) + 128);
    }
}

unsigned char* EmittedModel::aligned(std::size_t index) {
    auto address = reinterpret_cast<std::uintptr_t>(memory_[index].data());
    return memory_[index].data() + (64 - address % 64) % 64;
}

namespace {

std::vector<Member> members(const char* (*table)(int, int*, long long*), int count) {
    constexpr DType kTypes[] = {DType::kF32, DType::kF64, DType::kI32, DType::kBool};  // as nncc::ElementType
    std::vector<Member> result;
    for (int k = 0; k < count; ++k) {
        int facts[3];
        long long extents[8];
        const char* name = table(k, facts, extents);
        result.push_back(
            {name, kTypes[facts[0]], Extents(extents, extents + facts[1]), static_cast<std::size_t>(facts[2])});
    }
    return result;
}

}  // namespace

Tensors EmittedModel::read_weights(const void* weights) const {
    Tensors result;
    for (const Member& member : members(find<const char*(int, int*, long long*)>("test_tensor"),
                                        find<int()>(files().cpp_namespace + "_tensor_count")())) {
        result[member.name] =
            take(static_cast<const unsigned char*>(weights) + member.offset, member.dtype, member.extents);
    }
    return result;
}

void EmittedModel::initialize(std::uint64_t seed) {
    find<void(void*, unsigned long long)>(files().cpp_namespace + "_initialize")(aligned(0), seed);
    storages_ = read_weights(aligned(0));
}

void EmittedModel::set_storage(const std::string& name, Tensor<double> value) {
    for (const Member& member : members(find<const char*(int, int*, long long*)>("test_tensor"),
                                        find<int()>(files().cpp_namespace + "_tensor_count")())) {
        if (name == member.name) put(aligned(0) + member.offset, value, member.dtype);
    }
    storages_ = read_weights(aligned(0));
    EXPECT_TRUE(storages_.contains(name)) << name;
}

Bindings<double> EmittedModel::bindings(const Tensors& inputs, const Dims& dims, const Tensors& storages,
                                        std::int64_t batch) const {
    Bindings<double> result;
    result.inputs = inputs;
    result.storages = storages;
    for (const auto& [name, binding] : model_->program.dims) result.dims[name] = binding.value;
    for (const auto& [name, extent] : dims) result.dims[name] = extent;
    result.dims["batch"] = batch;
    return result;
}

std::optional<Tensors> EmittedModel::forward(const Tensors& inputs, const Dims& dims) {
    const std::string& prefix = files().cpp_namespace;
    find<void(const void*, void*)>(prefix + "_pack")(aligned(0), aligned(1));
    find<void(void*, const void*)>(prefix + "_model_init")(aligned(2), aligned(1));
    const Bindings<double> at = bindings(inputs, dims, storages_, batch_);
    std::vector<std::vector<unsigned char>> buffers;
    std::vector<const void*> in;
    std::vector<void*> out;
    std::vector<int> extents;
    for (const auto& [name, binding] : model_->program.dims) {
        if (binding.bounded) extents.push_back(static_cast<int>(at.dims.at(name)));
    }
    buffers.reserve(model_->inputs.size() + model_->outputs.size());
    for (const auto& [name, type] : model_->inputs) {
        const Tensor<double>& tensor = inputs.at(name);
        buffers.emplace_back(static_cast<std::size_t>(tensor.size() * dtype_bytes(type.dtype)) + 64);
        put(buffers.back().data(), tensor, type.dtype);
        in.push_back(buffers.back().data());
    }
    std::vector<Extents> shapes;
    for (const auto& [name, type] : model_->outputs) {
        Extents shape;
        std::int64_t count = 1;
        for (const Dim& dim : type.shape) {
            shape.push_back(dim.value(at.dims).value_or(1));
            count *= shape.back();
        }
        count = std::max<std::int64_t>(count, 0);
        for (std::int64_t& extent : shape) extent = std::max<std::int64_t>(extent, 0);
        buffers.emplace_back(static_cast<std::size_t>(count * dtype_bytes(type.dtype)) + 64);
        put(buffers.back().data(), {type.dtype, {count}, Eigen::ArrayXd::Constant(count, kUntouched)}, type.dtype);
        out.push_back(buffers.back().data());
        shapes.push_back(std::move(shape));
    }
    const int done = find<int(void*, const int*, const void* const*, void* const*)>("test_forward")(
        aligned(2), extents.data(), in.data(), out.data());
    Tensors results;
    untouched_ = true;
    for (std::size_t k = 0; k < shapes.size(); ++k) {
        const auto& [name, type] = model_->outputs[k];
        results[name] = take(static_cast<const unsigned char*>(out[k]), type.dtype, shapes[k]);
        untouched_ = untouched_ && (results[name].elements == kUntouched).all();
    }
    if (done == 0) return std::nullopt;
    return results;
}

Tensors EmittedModel::expected_forward(const Tensors& inputs, const Dims& dims) {
    return evaluate(model_->program.entries.at("forward"), bindings(inputs, dims, storages_, batch_)).outputs;
}

void EmittedModel::start(std::uint64_t seed) {
    find<void(void*, const void*, unsigned long long)>(files().cpp_namespace + "_trainer_init")(aligned(3), aligned(0),
                                                                                                seed);
    training_ = storages_;
    const Graph& initialize = model_->program.entries.at("initialize");
    Bindings<double> begin =
        bindings({{"seed", make_tensor(DType::kI32, {}, {static_cast<double>(seed)})}}, {}, {}, train_batch_);
    for (auto& [name, tensor] : evaluate(initialize, begin).stores) training_.emplace(name, tensor);  // slots
    training_["step"] = make_tensor(DType::kI32, {}, {0});
    training_["seed"] = make_tensor(DType::kI32, {}, {static_cast<double>(seed)});
}

double EmittedModel::step(const Tensors& arguments, const Dims& dims) {
    const Bindings<double> at = bindings(arguments, dims, {}, train_batch_);
    std::vector<std::vector<unsigned char>> buffers;
    std::vector<const void*> in;
    const auto add = [&](const std::string& name, DType dtype) {
        const Tensor<double>& tensor = arguments.at(name);
        buffers.emplace_back(static_cast<std::size_t>(tensor.size() * dtype_bytes(dtype)) + 64);
        put(buffers.back().data(), tensor, dtype);
        in.push_back(buffers.back().data());
    };
    for (const auto& [name, type] : model_->inputs) add(name, type.dtype);
    for (const std::string& name : model_->program.data) {
        for (const Feed& feed : model_->train->feeds) {
            if (feed.name == name) add(name, feed.type.dtype);
        }
    }
    std::vector<int> extents;
    for (const auto& [name, binding] : model_->program.dims) {
        if (binding.bounded) extents.push_back(static_cast<int>(at.dims.at(name)));
    }
    return find<double(void*, const int*, const void* const*)>("test_step")(aligned(3), extents.data(), in.data());
}

double EmittedModel::expected_step(const Tensors& arguments, const Dims& dims) {
    const Graph& step = compilation_->programs.back().program.entries.at("step");
    Evaluation<double> result = evaluate(step, bindings(arguments, dims, training_, train_batch_));
    for (auto& [name, tensor] : result.stores) training_[name] = std::move(tensor);
    return result.outputs.at("loss").elements[0];
}

Tensors EmittedModel::trained() {
    return read_weights(find<const void*(const void*)>(files().cpp_namespace + "_trainer_weights")(aligned(3)));
}

}  // namespace nncc::testing
