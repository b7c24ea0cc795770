// Replaces the includes of the runtime by the runtime's text: each header once, and of kernels.h only what is used.
#include "emit/single_file.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "base/check.h"
#include "emit/code.h"

namespace nncc {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return lines;
}

// "nncc/simd.h" of `#include "nncc/simd.h"` and `#include <nncc/simd.h>`; empty for other lines.
std::string_view included(std::string_view line) {
    if (!line.starts_with("#include ") || line.size() < 12) return {};
    const std::size_t end = line.find_first_of(">\"", 10);
    const std::string_view name = end == std::string_view::npos ? std::string_view{} : line.substr(10, end - 10);
    return name.starts_with("nncc/") ? name : std::string_view{};
}

// The words behind `nncc::` in emitted text.
std::set<std::string> used_names(std::string_view text) {
    std::set<std::string> names;
    for (std::size_t at = text.find("nncc::"); at != std::string_view::npos; at = text.find("nncc::", at + 6)) {
        std::size_t end = at + 6;
        while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
            ++end;
        names.emplace(text.substr(at + 6, end - at - 6));
    }
    return names;
}

class Folder {
  public:
    Folder(const RuntimeReader& runtime, std::set<std::string> used) : runtime_(runtime), used_(std::move(used)) {}

    // The text with every include of the runtime replaced.
    std::string fold(std::string_view text) {
        std::string result;
        for (std::string_view line : lines_of(text)) {
            if (const std::string_view name = included(line); !name.empty()) {
                result += header(name);
            } else {
                result += fmt::format("{}\n", line);
            }
        }
        return result;
    }

  private:
    // What a header stands for: its own text behind those of the headers it includes; nothing the second time.
    std::string header(std::string_view name) {
        if (!done_.insert(std::string(name)).second) return "";
        const std::string_view text = runtime_(name);
        NNCC_CHECK(!text.empty(), "the runtime has no {}", name);
        const bool is_list = name == "nncc/kernels.h";
        std::string before, own;
        for (std::string_view line : lines_of(text)) {
            const std::string_view other = included(line);
            if (!other.empty()) {
                if (!is_list || is_used(other)) before += header(other);
            } else if (!is_list && line != "#pragma once" && !(line.empty() && own.ends_with("\n\n"))) {
                own += fmt::format("{}\n", line);
            }
        }
        if (is_list) return before;
        return before + fmt::format("// ---- {} ----\n", name) + own + (own.ends_with("\n\n") ? "" : "\n");
    }

    // Whether a header of kernels.h says a word that the emitted text takes from the runtime.
    bool is_used(std::string_view name) const {
        const std::string_view text = runtime_(name);
        for (const std::string& word : used_) {
            if (uses_word(text, word)) return true;
        }
        return false;
    }

    const RuntimeReader& runtime_;
    std::set<std::string> used_;
    std::set<std::string> done_;
};

}  // namespace

EmittedFiles fold_runtime(EmittedFiles files, const RuntimeReader& runtime) {
    const std::set<std::string> used = used_names(files.source);
    const std::string own_header = fmt::format("#include \"{}.h\"\n", files.file_stem);
    std::string source = files.source;
    const std::size_t at = source.find(own_header);
    NNCC_CHECK(at != std::string::npos, "the source does not include its header");
    std::string header = files.header;
    const std::string_view once = "#pragma once\n\n";
    const std::size_t guard = header.find(once);
    NNCC_CHECK(guard != std::string::npos);
    std::string inlined = header;
    inlined.erase(guard, once.size());
    source.replace(at, own_header.size(), inlined);
    files.source = Folder(runtime, used).fold(source);
    files.header = Folder(runtime, {}).fold(files.header);
    return files;
}

}  // namespace nncc
