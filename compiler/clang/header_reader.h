// HeaderReader: C++ functions of users' headers as graphs, read by the module that holds Clang.
#pragma once

#include "semantics/user_function.h"

namespace nncc {

// The first call opens the module (30-40 ms); each parses the header anew (some milliseconds).
class HeaderReader : public UserFunctionReader {
  public:
    Expected<UserFunction> read(const UserFunctionRequest& request) override;
};

}  // namespace nncc
