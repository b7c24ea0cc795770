// (being written)
#include "clang/module_frontend.h"

namespace nncc::clang_module {

bool check_realtime(const CompileInput&, const std::vector<std::string>&, RealtimeOutput&, Failure& failure) {
    failure.message = "not available";
    return false;
}

}  // namespace nncc::clang_module
