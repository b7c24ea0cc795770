// Kernels to static functions, each under the source lines that caused it.
#include "emit/kernel_library.h"

#include <fmt/format.h>

namespace nncc {

EmittedKernel KernelLibrary::add(const Kernel& kernel, std::string_view entry) {
    KernelText text = print_kernel(kernel, strict_);
    const std::string key = text.parameters + "\n" + text.body;
    if (auto found = kernels_.find(key); found != kernels_.end()) return {found->second, std::move(text)};
    if (text.body.empty()) return {"", std::move(text)};
    const bool is_taken = !entry.empty() && scope_.is_taken(mangle(kernel.name));
    const std::string wanted = is_taken ? fmt::format("{}_{}", kernel.name, entry) : kernel.name;
    EmittedKernel emitted{.name = scope_.unique(wanted), .text = std::move(text)};
    for (const std::string& comment : kernel.comments) functions_text_.line("// " + comment_text(comment));
    functions_text_.list(fmt::format("void {}(", emitted.name), emitted.text.items, ") noexcept {");
    functions_text_.raw(emitted.text.body);
    functions_text_.line("}");
    functions_text_.blank();
    kernels_.emplace(key, emitted.name);
    return emitted;
}

std::string KernelLibrary::table(const Type& type, const std::vector<double>& elements) {
    std::vector<std::string> items;
    for (double element : elements) items.push_back(literal(element, type.dtype));
    const std::string key = fmt::format("{} {}", cpp_type(type.dtype), fmt::join(items, " "));
    if (auto found = tables_.find(key); found != tables_.end()) return found->second;
    const std::string name = scope_.unique_constant("table");
    if (items.empty()) items.push_back(literal(0, type.dtype));
    tables_text_.line(fmt::format("alignas(64) constexpr {} {}[{}] = {{", cpp_type(type.dtype), name, items.size()));
    tables_text_.indent(1);
    tables_text_.list("", items, "};");
    tables_text_.indent(-1);
    tables_text_.blank();
    tables_.emplace(key, name);
    return name;
}

void KernelLibrary::print(Code& code) const {
    code.append(tables_text_);
    code.append(functions_text_);
}

}  // namespace nncc
