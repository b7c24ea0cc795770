// Names: suggestions for a name that is unknown.
#include "semantics/names.h"

#include <fmt/format.h>

#include "semantics/builtin.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/foreign_names.h"

namespace nncc {

std::string unknown_name_message(const std::string& name) { return fmt::format("`{}` is unknown", name); }

std::string suggest_name(const Library& library, const std::string& name, std::vector<std::string> locals) {
    for (const auto* table : {&library.users, &embedded_items()}) {
        for (const auto& [item, declaration] : *table) locals.push_back(item);
    }
    for (std::string_view builtin : builtin_names()) locals.emplace_back(builtin);
    locals.emplace_back("training");
    if (const std::string own = foreign_item(name); !own.empty()) return fmt::format("here it is `{}`", own);
    std::string nearest = nearest_name(name, locals);
    return nearest.empty() ? std::string() : fmt::format("did you mean `{}`?", nearest);
}

void report_unknown_name(Elaboration& elaboration, const std::string& name, SourceRange range, const ScopePtr& scope) {
    std::vector<std::string> locals;
    for (const std::string& local : scope->visible()) locals.push_back(local);
    report(elaboration, kUnknownName, range, unknown_name_message(name)).hint =
        suggest_name(elaboration.analysis.library, name, std::move(locals));
}

}  // namespace nncc
