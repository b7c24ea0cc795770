// A program as emitted files, compiled and loaded: what tests of a model's interface begin with.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "mlp.h"
#include "passes/pipeline.h"

namespace nncc::testing {

// The perceptron with an `initialize`: parameters uniform in [-0.5, 0.5), slots 0.
Program test_program(const MlpOptions& options = {});

struct Emitted {
    CompiledProgram forward, rest;
    EmittedFiles files;
};
Emitted emit_program(const Program& program, std::int64_t forward_batch, std::int64_t train_batch);

// <namespace>.h, .cpp and _c.h
void write_files(const EmittedFiles& files, const std::string& folder);
// A compiler with the warnings of emitted code as errors, and the runtime.
std::vector<std::string> command(const std::string& compiler, const std::vector<std::string>& more);
void expect_compiles(const std::vector<std::string>& words);

// Memory aligned as the C functions want it.
class Memory {
  public:
    explicit Memory(std::size_t bytes);
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    void* data() { return data_; }

  private:
    std::size_t bytes_;
    void* data_;
};

class Library {
  public:
    explicit Library(const std::string& path);
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    template <class F>
    F* find(const std::string& name) const {
        return reinterpret_cast<F*>(symbol(name));
    }

  private:
    void* symbol(const std::string& name) const;
    void* handle_;
};

std::vector<float> floats(const Tensor<double>& tensor);

}  // namespace nncc::testing
