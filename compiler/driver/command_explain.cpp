// nncc explain: the paragraphs behind a diagnostic's code.
#include <algorithm>
#include <cctype>
#include <span>
#include <vector>

#include "base/diagnostic_kinds.h"
#include "clang/diagnostic_kinds.h"
#include "data/diagnostic_kinds.h"
#include "driver/commands.h"
#include "driver/diagnostic_kinds.h"
#include "driver/explain.h"
#include "graph/diagnostic_kinds.h"
#include "interop/diagnostic_kinds.h"
#include "lowering/diagnostic_kinds.h"
#include "passes/diagnostic_kinds.h"
#include "semantics/diagnostic_kinds.h"
#include "syntax/diagnostic_kinds.h"

namespace nncc {

std::vector<const DiagnosticKind*> all_diagnostic_kinds() {
    std::vector<const DiagnosticKind*> kinds;
    for (const std::span<const DiagnosticKind* const> table :
         {syntax_diagnostics(), semantics_diagnostics(), graph_diagnostics(), data_diagnostics(), interop_diagnostics(),
          base_diagnostics(), driver_diagnostics(), passes_diagnostics(), lowering_diagnostics(),
          clang_diagnostics()}) {
        kinds.insert(kinds.end(), table.begin(), table.end());
    }
    std::sort(kinds.begin(), kinds.end(),
              [](const DiagnosticKind* a, const DiagnosticKind* b) { return std::string_view(a->code) < b->code; });
    return kinds;
}

ExitCode run_explain(const std::string& code, const Console& console) {
    std::string wanted = code;
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    std::vector<std::string> codes;
    for (const DiagnosticKind* kind : all_diagnostic_kinds()) {
        if (wanted == kind->code) {
            fmt::print("{}: {}\n\n{}\n", kind->code, kind->title, kind->explanation);
            return ExitCode::kDone;
        }
        codes.emplace_back(kind->code);
    }
    const std::string nearest = nearest_name(wanted, codes);
    return console.report(Error{&kUnknownCode,
                                fmt::format("there is no diagnostic `{}`", code),
                                nearest.empty() ? std::string() : fmt::format("did you mean `{}`?", nearest),
                                {},
                                ExitCode::kUsage});
}

}  // namespace nncc
