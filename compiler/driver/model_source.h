// A model file, read, parsed and analysed: what every command that takes MODEL.nn starts with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/console.h"
#include "driver/options.h"
#include "semantics/model.h"

namespace nncc {

// Reads models and what they import from disk, and keeps their texts, which diagnostics point into.
class DiskLoader : public SourceLoader {
  public:
    Expected<const SourceFile*> load(const std::string& path) override;
    // In the order they were read; for -MD.
    const std::vector<std::unique_ptr<SourceFile>>& files() const { return files_; }

  private:
    std::vector<std::unique_ptr<SourceFile>> files_;
};

struct ModelSource {
    std::unique_ptr<DiskLoader> loader;
    const SourceFile* file = nullptr;
    CompiledModel model;
};

// Reports what is wrong and gives the exit code instead. Warnings are reported and do not stop it.
std::variant<ModelSource, ExitCode> load_model(const ModelOptions& options, const Console& console);

// "pima" for "models/pima.nn": what output files are named after.
std::string model_stem(const std::string& path);

}  // namespace nncc
