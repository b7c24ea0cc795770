// Builds the Error of data that is wrong, as opposed to a database that cannot be reached.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/expected.h"

namespace nncc {

inline Error wrong_data(const DiagnosticKind& kind, std::string message, std::string hint = "",
                        std::vector<std::string> notes = {}) {
    return {.kind = &kind,
            .message = std::move(message),
            .hint = std::move(hint),
            .notes = std::move(notes),
            .exit_code = ExitCode::kWrongInput};
}

// The error of an unknown name: "did you mean" where one is near, and the known names as a note (the first 40).
Error unknown_name(const DiagnosticKind& kind, std::string message, const std::string& name,
                   const std::vector<std::string>& known, const std::string& known_are);

// The position of `name` among `known`: an exact match, or else the only one that matches without regard to ASCII case.
// -1: none; -2: several.
int find_name(const std::string& name, const std::vector<std::string>& known);

}  // namespace nncc
