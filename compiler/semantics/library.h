// Library: the items of the user's file, of what it imports and of the embedded library, found by name.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "semantics/model.h"
#include "syntax/ast.h"

namespace nncc {

struct Library {
    std::vector<std::unique_ptr<ast::File>> files;  // the user's first, then its imports
    std::map<std::string, const ast::Item*> users;
    std::vector<const ast::Train*> trains;  // of the user's files
    std::vector<const ast::Item*> models;   // of the user's first file

    // The user's items hide the embedded ones, but not within the embedded files.
    const ast::Item* find(const std::string& name, const SourceFile* seen_from) const;
};

// The items of the embedded library, parsed on first use and then the same for every model.
const std::map<std::string, const ast::Item*>& embedded_items();

bool is_constant_item(const Library& library, const std::string& name, const SourceFile* seen_from);
bool is_embedded(const SourceFile* file);  // "stdlib/..."

// A file that another one names: beside that one, then in each folder of -I.
Expected<const SourceFile*> load_beside(const std::string& importer, const std::string& path,
                                        const AnalyseOptions& options, SourceLoader& loader);

// Parses the file and its imports. Problems go to `diagnostics`.
Library load_library(const SourceFile& file, const AnalyseOptions& options, SourceLoader& loader,
                     Diagnostics& diagnostics);

}  // namespace nncc
