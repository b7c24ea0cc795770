// A failed NNCC_CHECK to a message on standard error and exit code 70.
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

#include "base/expected.h"

namespace nncc {

void internal_error(std::string_view file, int line, std::string_view condition, std::string_view detail) {
    // The place within the sources, whatever folder they were built in.
    if (std::size_t at = file.rfind("compiler/"); at != std::string_view::npos) file.remove_prefix(at);
    std::fflush(stdout);
    fmt::print(stderr, "nncc: internal error at {}:{}: `{}` does not hold{}{}\n", file, line, condition,
               detail.empty() ? "" : ": ", detail);
    fmt::print(stderr,
               "this is a mistake in nncc, not in the model; please report it with the command and the model\n");
    std::fflush(stderr);
    std::_Exit(static_cast<int>(ExitCode::kInternal));
}

}  // namespace nncc
