// A program's text to its model, and the numbers its entries are run with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "ops/evaluate.h"
#include "rounding_bound.h"
#include "semantics/model.h"

namespace nncc::testing {

class AnalysedText {
  public:
    AnalysedText(const std::string& text, bool real_f64);
    const std::optional<CompiledModel>& model() const { return model_; }
    const Diagnostics& diagnostics() const { return diagnostics_; }
    // Lines of the text that an error or one of its notes points at.
    std::set<int> wrong_lines() const;

  private:
    std::unique_ptr<SourceFile> source_;
    Diagnostics diagnostics_;
    std::optional<CompiledModel> model_;
};

constexpr std::int64_t kProgramBatch = 3;

// Storages as `initialize` makes them, parameters moved a little so that none is 0 or 1 by chance; inputs in [-1, 1),
// tokens from 0 to 7, targets between 0.1 and 0.9 or of class 0 or 1.
Bindings<double> program_bindings(const CompiledModel& model, std::uint64_t seed);
// Outputs of `forward` as it comes from the analysis.
Tensors forward_of(const CompiledModel& model, std::uint64_t seed);

}  // namespace nncc::testing
