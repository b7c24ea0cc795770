// UserFunctionReader: asked by the semantics what a C++ function means, so that it need not know of Clang.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "graph/graph.h"

namespace nncc {

struct UserFunctionRequest {
    std::vector<const SourceFile*> files;  // the header, then what it includes
    std::vector<std::string> import_folders;
    std::string function;
    std::vector<std::pair<std::string, std::string>> parameters;  // names and types as declared: "x", "f32"
    std::string result;
    bool real_f64 = false;  // f32 means f64, and so does C++'s float
};

struct UserFunction {
    // Of scalars: the inputs `argument_0`, `argument_1` ... and one output.
    std::optional<Graph> graph;
    // Why there is none; ranges are in the request's files, or have no file.
    std::vector<Diagnostic> mistakes;
};

class UserFunctionReader {
  public:
    virtual ~UserFunctionReader() = default;
    virtual Expected<UserFunction> read(const UserFunctionRequest& request) = 0;
};

}  // namespace nncc
