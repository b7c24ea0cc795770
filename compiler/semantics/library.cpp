// Library: parses the user's file, what it imports and the embedded library, and enters their items by name.
#include "semantics/library.h"

#include <fmt/format.h>

#include <deque>
#include <filesystem>
#include <set>

#include "base/check.h"
#include "base/parallel.h"
#include "semantics/diagnostic_kinds.h"
#include "stdlib/stdlib.h"
#include "syntax/parser.h"

namespace nncc {

const ast::Item* Library::find(const std::string& name, const SourceFile* seen_from) const {
    if (auto found = users.find(name); found != users.end() && !is_embedded(seen_from)) return found->second;
    if (auto found = embedded_items().find(name); found != embedded_items().end()) return found->second;
    return nullptr;
}

bool is_constant_item(const Library& library, const std::string& name, const SourceFile* seen_from) {
    const ast::Item* item = library.find(name, seen_from);
    return item != nullptr && std::holds_alternative<ast::Constant>(item->value);
}

bool is_embedded(const SourceFile* file) { return file != nullptr && file->path.starts_with("stdlib/"); }

namespace {

const ast::Name* item_name(const ast::Item& item) {
    if (const auto* constant = std::get_if<ast::Constant>(&item.value)) return &constant->name;
    if (const auto* function = std::get_if<ast::Function>(&item.value)) return &function->name;
    return nullptr;
}

void enter(const ast::File& file, std::map<std::string, const ast::Item*>& table, Diagnostics& diagnostics) {
    for (const ast::Item& item : file.items) {
        const ast::Name* name = item_name(item);
        if (name == nullptr) continue;
        auto [existing, is_new] = table.emplace(name->text, &item);
        if (is_new) continue;
        Diagnostic& diagnostic =
            diagnostics.error(kDeclaredTwice, name->range, fmt::format("`{}` is declared twice", name->text));
        diagnostic.notes.push_back({item_name(*existing->second)->range, "the first is here"});
    }
}

struct EmbeddedLibrary {
    std::vector<std::unique_ptr<ast::File>> files;
    std::map<std::string, const ast::Item*> items;
};

EmbeddedLibrary parse_embedded() {
    const std::span<const SourceFile> sources = stdlib_files();
    EmbeddedLibrary embedded;
    embedded.files.resize(sources.size());
    std::vector<Diagnostics> diagnostics(sources.size());
    parallel_for(sources.size(), [&](std::size_t k) { embedded.files[k] = parse(sources[k], diagnostics[k]); });
    Diagnostics& problems = diagnostics.front();
    for (const std::unique_ptr<ast::File>& file : embedded.files) enter(*file, embedded.items, problems);
    for (const Diagnostics& some : diagnostics) {
        NNCC_CHECK(!some.has_errors(), "embedded library: {}", render_text(some.all().front(), false));
    }
    return embedded;
}

}  // namespace

const std::map<std::string, const ast::Item*>& embedded_items() {
    static const EmbeddedLibrary embedded = parse_embedded();
    return embedded.items;
}

Expected<const SourceFile*> load_beside(const std::string& importer, const std::string& path,
                                        const AnalyseOptions& options, SourceLoader& loader) {
    auto beside = (std::filesystem::path(importer).parent_path() / path).lexically_normal().string();
    Expected<const SourceFile*> file = loader.load(beside);
    for (const std::string& folder : options.import_folders) {
        if (file) break;
        Expected<const SourceFile*> other =
            loader.load((std::filesystem::path(folder) / path).lexically_normal().string());
        if (other) file = other;
    }
    return file;
}

Library load_library(const SourceFile& file, const AnalyseOptions& options, SourceLoader& loader,
                     Diagnostics& diagnostics) {
    constexpr std::size_t kMaximumFiles = 256;
    Library library;
    std::deque<const SourceFile*> waiting = {&file};
    std::set<std::string> seen = {std::filesystem::path(file.path).lexically_normal().string()};
    while (!waiting.empty() && library.files.size() < kMaximumFiles) {
        const SourceFile* source = waiting.front();
        waiting.pop_front();
        library.files.push_back(parse(*source, diagnostics));
        const ast::File& tree = *library.files.back();
        enter(tree, library.users, diagnostics);
        for (const ast::Item& item : tree.items) {
            if (const auto* train = std::get_if<ast::Train>(&item.value)) library.trains.push_back(train);
            if (const auto* function = std::get_if<ast::Function>(&item.value);
                function != nullptr && function->kind == ast::FunctionKind::kModel && source == &file) {
                library.models.push_back(&item);
            }
            const auto* import = std::get_if<ast::Import>(&item.value);
            if (import == nullptr) continue;
            Expected<const SourceFile*> imported = load_beside(source->path, import->path, options, loader);
            if (!imported) {
                Diagnostic& diagnostic =
                    diagnostics.error(kImportFailed, import->path_range,
                                      fmt::format("cannot import `{}`: {}", import->path, imported.error().message));
                diagnostic.hint = imported.error().hint;
                continue;
            }
            if (seen.insert(std::filesystem::path((*imported)->path).lexically_normal().string()).second)
                waiting.push_back(*imported);
        }
    }
    return library;
}

}  // namespace nncc
