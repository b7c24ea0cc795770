// EmittedModel: a program of the language emitted as C++, compiled with the machine's compiler and called on tensors,
// beside the same program in the evaluator.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compile_and_run.h"
#include "driver/compile_model.h"
#include "ops/evaluate.h"
#include "semantics/model.h"

namespace nncc::testing {

using Tensors = std::map<std::string, Tensor<double>>;
using Dims = std::map<std::string, std::int64_t>;

struct EmittedOptions {
    std::map<std::string, std::string> defines = {};  // {"time", "<=64"}
    bool real_f64 = false;
    std::int64_t batch = 1;                         // of forward
    std::int64_t train_batch = 4;                   // of the trainer
    std::map<std::string, std::string> files = {};  // what the text may import, by name
};

Tensor<double> make_tensor(DType dtype, Extents extents, const std::vector<double>& elements);
// Uniform in [low, high); whole numbers for i32 and bool.
Tensor<double> random_tensor(DType dtype, Extents extents, double low, double high, unsigned seed);

class EmittedModel {
  public:
    // Failures are reported to the test; then is_valid() is false.
    explicit EmittedModel(const std::string& text, const EmittedOptions& options = {});
    ~EmittedModel();
    bool is_valid() const { return library_ != nullptr; }
    const CompiledModel& model() const { return *model_; }
    const EmittedFiles& files() const { return compilation_->files; }
    const Compilation& compilation() const { return *compilation_; }

    // Storages as both sides have them; made by `initialize` with a seed.
    const Tensors& storages() const { return storages_; }
    void initialize(std::uint64_t seed);
    void set_storage(const std::string& name, Tensor<double> value);

    // Outputs by name. Emitted: nothing when it returned false; the output buffers then still hold kUntouched.
    std::optional<Tensors> forward(const Tensors& inputs, const Dims& dims = {});
    static constexpr double kUntouched = 12345;
    bool untouched() const { return untouched_; }
    Tensors expected_forward(const Tensors& inputs, const Dims& dims = {});

    // Training from the storages at hand: the emitted loss of each step.
    void start(std::uint64_t seed);
    double step(const Tensors& arguments, const Dims& dims = {});
    // The same by the evaluator, which keeps its own storages.
    double expected_step(const Tensors& arguments, const Dims& dims = {});
    Tensors trained();  // emitted, by name
    const Tensors& expected_trained() const { return training_; }

  private:
    void build(const EmittedOptions& options);
    Tensors read_weights(const void* weights) const;
    Bindings<double> bindings(const Tensors& inputs, const Dims& dims, const Tensors& storages,
                              std::int64_t batch) const;
    template <class F>
    F* find(const std::string& name) const {
        return reinterpret_cast<F*>(symbol(name));
    }
    void* symbol(const std::string& name) const;

    SourceFile source_;
    std::unique_ptr<SourceLoader> loader_;
    std::optional<CompiledModel> model_;
    std::optional<Compilation> compilation_;
    TemporaryFolder folder_;
    void* library_ = nullptr;
    std::int64_t batch_ = 1, train_batch_ = 1;
    Tensors storages_, training_;
    std::vector<std::vector<unsigned char>> memory_;  // weights, packed, model, trainer; each with room to align
    bool untouched_ = false;

    unsigned char* aligned(std::size_t index);
};

// Largest |a - b| / (1 + |b|) over all elements; infinity when shapes differ.
double distance(const Tensor<double>& a, const Tensor<double>& b);

}  // namespace nncc::testing
