// Test cases as files of tests/semantics: analysing one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "semantics/model.h"

namespace nncc::testing {

// Files of tests/semantics/`folder` by their names alone, so that expectations hold on every machine.
class FolderLoader : public SourceLoader {
  public:
    explicit FolderLoader(std::string folder) : folder_(std::move(folder)) {}
    Expected<const SourceFile*> load(const std::string& path) override;

  private:
    std::string folder_;
    std::map<std::string, std::unique_ptr<SourceFile>> files_;
};

struct Analysed {
    std::unique_ptr<FolderLoader> loader;
    Diagnostics diagnostics;
    std::optional<CompiledModel> model;
    std::string directive;  // the first line after "# ", when it is a comment
};

// Analyses folder/file; a first line `# -D name=value …` gives defines.
Analysed analyse_case(const std::string& folder, const std::string& file);
// Analyses a text; it may import programs of models/.
Analysed analyse_text(const std::string& text);

}  // namespace nncc::testing
