// GraphBatch: bound graphs emitted into one translation unit, compiled with a compiler of the machine, loaded and run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emit/code.h"
#include "emit/kernel_library.h"
#include "ops/evaluate.h"
#include "passes/pass.h"
#include "passes/plan.h"

namespace nncc::testing {

// What R5 promises emitted text is clean under.
extern const std::vector<std::string> kWarningFlags;

struct CompileOptions {
    std::string compiler = "g++";
    std::vector<std::string> flags = {"-O1", "-march=native"};
    bool with_warnings = false;  // kWarningFlags and -Werror
};

// Runs the compiler as a process (no shell); its messages on failure.
Expected<> compile_files(const std::vector<std::string>& arguments);
// A new directory under the system's place for temporary files, removed with the object.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};
void write_text(const std::string& path, const std::string& text);

class GraphBatch {
  public:
    GraphBatch();
    ~GraphBatch();

    // Plans and prints the graph; its index in the batch, or why it is refused. Bounded dimensions stay free.
    Expected<int> add(const Graph& graph, const DimBindings& dims = {}, FuseLevel level = FuseLevel::kFull);
    // The same for a plan made elsewhere.
    Expected<int> add(const Plan& plan, const DimBindings& dims = {});

    std::string source() const;
    Expected<> compile(const CompileOptions& options = {});
    // Outputs by name and storages after the call. Elements are rounded to their types on the way in.
    Evaluation<double> run(int index, const Bindings<double>& bindings) const;

  private:
    struct Entry;
    std::vector<std::unique_ptr<Entry>> entries_;
    TemporaryFolder folder_;
    void* library_ = nullptr;
};

}  // namespace nncc::testing
