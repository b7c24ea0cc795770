// Test cases as files: reading them, and comparing what came out with the expectation beside them, or rewriting it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/source.h"

namespace nncc::testing {

// Names without folder and extension, sorted, of the files in tests/`folder` that end with `extension`.
std::vector<std::string> case_names(const std::string& folder, const std::string& extension);

// The file as a source whose path is only its name, so that expectations hold on every machine.
std::unique_ptr<SourceFile> read_case(const std::string& folder, const std::string& file);

// Compares whole texts; under `--update` the expectation is written instead.
void expect_text(const std::string& folder, const std::string& file, const std::string& actual);

bool& is_updating();

}  // namespace nncc::testing
