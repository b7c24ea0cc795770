// Resolve: walks every item of the users' files with the names in scope; what is never called is looked at too.
#include "semantics/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "semantics/builtin.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/names.h"
#include "semantics/walk.h"

namespace nncc {
namespace {

struct Local {
    SourceRange range;
    bool is_let = false;
    bool used = false;
    std::size_t pattern = 0;  // names of one pattern share it: a list warns when none is used
};

struct Resolver {
    const Library& library;
    Diagnostics& diagnostics;
    std::vector<std::map<std::string, Local>> scopes;
    std::size_t patterns = 0;
    std::map<std::size_t, std::vector<std::pair<std::string, Local>>> lets;  // by pattern, when they go out of scope

    void open() { scopes.emplace_back(); }
    void close() {
        for (auto& [name, local] : scopes.back()) retire(name, local);
        scopes.pop_back();
    }
    void retire(const std::string& name, const Local& local) {
        if (local.is_let) lets[local.pattern].emplace_back(name, local);
    }
    void declare(const ast::Name& name, bool is_let = false) {
        auto& scope = scopes.back();
        if (auto earlier = scope.find(name.text); earlier != scope.end()) retire(name.text, earlier->second);
        scope.insert_or_assign(name.text, Local{name.range, is_let, false, patterns});
    }
    void declare(const char* name) { scopes.back().insert_or_assign(name, Local{}); }
    void declare(const ast::Pattern& pattern, bool is_let) {
        ++patterns;
        for (const ast::Name& name : pattern.names) declare(name, is_let);
    }

    bool is_known(const std::string& name, SourceRange range) {
        for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
            auto found = scope->find(name);
            if (found == scope->end()) continue;
            found->second.used = true;
            return true;
        }
        return name == "training" || name == "all_axes" || library.find(name, range.file) != nullptr ||
               find_builtin(name) != nullptr;
    }
    void use(const std::string& name, SourceRange range) {
        if (is_known(name, range)) return;
        std::vector<std::string> locals;
        for (const auto& scope : scopes) {
            for (const auto& [local, known] : scope) locals.push_back(local);
        }
        diagnostics.error(kUnknownName, range, unknown_name_message(name)).hint =
            suggest_name(library, name, std::move(locals));
    }

    void type(const ast::TypeSyntax& syntax) {
        for (const ast::Dimension& dimension : syntax.dimensions) {
            if (dimension.extent) expression(*dimension.extent);
            if (dimension.bound) expression(*dimension.bound);
        }
    }

    void block(const ast::Block& body) {
        open();
        for (const ast::Statement& statement : body.statements) {
            if (const auto* let = std::get_if<ast::Let>(&statement.value)) {
                expression(*let->value);
                declare(let->pattern, true);
            }
            if (const auto* storage = std::get_if<ast::StorageDeclaration>(&statement.value)) {
                if (storage->type) type(*storage->type);
                if (storage->initializer) expression(*storage->initializer);
                declare(storage->name);
            }
            if (const auto* assignment = std::get_if<ast::Assignment>(&statement.value)) {
                expression(*assignment->value);
                use(assignment->name.text, assignment->name.range);
            }
            if (const auto* yield = std::get_if<ast::Yield>(&statement.value)) expression(*yield->value);
            if (const auto* last = std::get_if<ast::ExpressionStatement>(&statement.value)) expression(*last->value);
        }
        close();
    }

    void expression(const ast::Expression& syntax) {
        if (const auto* name = std::get_if<ast::NameUse>(&syntax.value)) return use(name->name, syntax.range);
        if (const auto* choice = std::get_if<ast::If>(&syntax.value)) {
            for (const ast::IfBranch& branch : choice->branches) {
                expression(*branch.condition);
                block(branch.body);
            }
            if (choice->otherwise) block(*choice->otherwise);
            return;
        }
        if (const auto* loop = std::get_if<ast::For>(&syntax.value)) {
            expression(*loop->sequence);
            if (loop->carry) {
                for (const ast::Name& name : loop->carry->names) use(name.text, name.range);
            }
            open();
            declare(loop->pattern, false);
            if (loop->carry) declare(*loop->carry, false);
            block(loop->body);
            return close();
        }
        if (const auto* scan = std::get_if<ast::Scan>(&syntax.value)) {
            expression(*scan->sequence);
            expression(*scan->along);
            open();
            declare(scan->pattern, false);
            block(scan->body);
            return close();
        }
        if (const auto* lambda = std::get_if<ast::Lambda>(&syntax.value)) {
            open();
            for (const ast::Name& name : lambda->parameters) declare(name);
            block(lambda->body);
            return close();
        }
        if (const auto* pipe = std::get_if<ast::Pipe>(&syntax.value)) {
            expression(*pipe->input);
            use(pipe->callee[0].text, pipe->callee[0].range);
            for (const ast::Argument& argument : pipe->arguments) expression(*argument.value);
            return;
        }
        if (const auto* creation = std::get_if<ast::New>(&syntax.value))
            use(creation->callee.text, creation->callee.range);
        for_each_child(syntax, [this](const ast::Expression& child) { expression(child); });
    }

    // Names in an argument's type that mean nothing else are dimensions, declared by it.
    void dimensions(const ast::TypeSyntax& syntax) {
        for (const ast::Dimension& dimension : syntax.dimensions) {
            std::set<std::string> names;
            if (dimension.extent) collect_names(*dimension.extent, names);
            for (const std::string& name : names) {
                if (!scopes.back().contains(name) && !is_constant_item(library, name, dimension.range.file))
                    declare(name.c_str());
            }
        }
    }

    void signature(const ast::Function& function) {
        std::map<std::string, SourceRange> seen;
        for (const ast::Parameter& parameter : function.parameters) {
            const auto [first, is_new] = seen.emplace(parameter.name.text, parameter.name.range);
            if (is_new) continue;
            diagnostics
                .error(kDeclaredTwice, parameter.name.range,
                       fmt::format("the parameter `{}` is declared twice", parameter.name.text))
                .notes.push_back({first->second, "the first is here"});
        }
        for (const ast::Parameter& parameter : function.parameters) declare(parameter.name);
        for (const ast::Parameter& parameter : function.parameters) dimensions(parameter.type);
        if (function.result) dimensions(*function.result);
        for (const ast::NamedResult& result : function.named_results) dimensions(result.type);
        for (const ast::Parameter& parameter : function.parameters) {
            if (parameter.default_value) expression(*parameter.default_value);
        }
    }

    void function(const ast::Function& declared) {
        open();
        auto declare_all = [this](std::initializer_list<const char*> names) {
            for (const char* name : names) declare(name);
        };
        switch (declared.kind) {
            case ast::FunctionKind::kOptimizer:
                declare_all({"parameter", "gradient", "gradient_norm", "step", "name"});
                break;
            case ast::FunctionKind::kSchedule:
                declare_all({"step", "epoch", "epoch_start", "steps", "validation_loss"});
                break;
            case ast::FunctionKind::kInitializer: declare_all({"shape", "rows", "columns", "fan_in", "fan_out"}); break;
            case ast::FunctionKind::kFunction:
            case ast::FunctionKind::kModel:
            case ast::FunctionKind::kExtern: break;
        }
        signature(declared);
        block(declared.body);
        close();
    }

    void train(const ast::Train& syntax) {
        open();
        for (const ast::Item* item : library.models) {
            const auto& model = std::get<ast::Function>(item->value);
            if (model.name.text != syntax.model.text) continue;
            signature(model);
            for (const ast::NamedResult& result : model.named_results) declare(result.name);
        }
        for (const char* name : {"output", "params", "gradient", "gradient_norm", "name", "batch", "sqlite", "csv",
                                 "npz", "text", "column", "columns", "array", "characters", "last"}) {
            declare(name);
        }
        for (const ast::TrainEntry& entry : syntax.entries) declare(entry.pattern, false);
        for (const ast::TrainEntry& entry : syntax.entries) {
            // A state of the optimizer is named there, not here.
            const bool names_state = !entry.pattern.is_list && entry.pattern.names[0].text == "weights";
            if (!names_state) expression(*entry.value);
        }
        close();
    }

    void warn_unused() {
        std::vector<std::pair<std::string, Local>> unused;
        for (const auto& [pattern, names] : lets) {
            if (std::none_of(names.begin(), names.end(), [](const auto& one) { return one.second.used; })) {
                unused.push_back(names.front());
            }
        }
        std::sort(unused.begin(), unused.end(),
                  [](const auto& a, const auto& b) { return a.second.range.begin < b.second.range.begin; });
        for (const auto& [name, local] : unused) {
            diagnostics.warning(kUnusedName, local.range, fmt::format("`{}` is never used", name));
        }
        lets.clear();
    }
};

}  // namespace

void resolve_names(const Library& library, Diagnostics& diagnostics) {
    Resolver resolver{library, diagnostics, {}, 0, {}};
    for (const std::unique_ptr<ast::File>& file : library.files) {
        for (const ast::Item& item : file->items) {
            resolver.open();
            if (const auto* constant = std::get_if<ast::Constant>(&item.value)) resolver.expression(*constant->value);
            if (const auto* function = std::get_if<ast::Function>(&item.value)) resolver.function(*function);
            if (const auto* train = std::get_if<ast::Train>(&item.value)) resolver.train(*train);
            resolver.close();
        }
        resolver.warn_unused();
    }
}

}  // namespace nncc
