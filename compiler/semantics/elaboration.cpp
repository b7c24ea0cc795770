// Elaboration: reports at the user's place, origins of nodes, unique names, and nodes added with their mistakes
// reported.
#include "semantics/elaboration.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/checked.h"
#include "ops/record.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {

Analysis::~Analysis() {
    for (const std::shared_ptr<Scope>& scope : closures) scope->clear();
}

const StorageRow* Analysis::find_storage(const std::string& path) const {
    auto found =
        std::find_if(storages.begin(), storages.end(), [&](const StorageRow& row) { return row.storage.name == path; });
    return found == storages.end() ? nullptr : &*found;
}

std::string NameSpace::unique(const std::string& name) {
    std::string candidate = name;
    for (int copy = 2; !used.insert(candidate).second; ++copy) candidate = fmt::format("{}_{}", name, copy);
    return candidate;
}

Diagnostic& report(Analysis& analysis, const DiagnosticKind& kind, SourceRange range, std::string message) {
    if (!analysis.reported.insert({&kind, range.file, range.begin, range.end}).second) {
        analysis.already_reported = Diagnostic{};
        return analysis.already_reported;
    }
    return analysis.diagnostics.error(kind, range, std::move(message));
}

Diagnostic& report(Elaboration& elaboration, const DiagnosticKind& kind, SourceRange range, std::string message) {
    const std::vector<Frame>& frames = elaboration.frames;
    std::size_t caller = frames.size();
    SourceRange place = range;
    // Out of the library, to the call in the user's file.
    while (caller > 0 && is_embedded(place.file)) place = frames[--caller].call;
    Diagnostic& diagnostic = report(elaboration.analysis, kind, place, std::move(message));
    if (place.begin != range.begin || place.file != range.file) {
        diagnostic.notes.push_back({range, fmt::format("inside `{}`, here", frames.back().name)});
    }
    constexpr int kMaximumCallers = 3;
    for (int shown = 0; caller > 0 && shown < kMaximumCallers; ++shown) {
        --caller;
        if (frames[caller].call.file == nullptr) break;
        diagnostic.notes.push_back({frames[caller].call, fmt::format("`{}` is called here", frames[caller].name)});
    }
    return diagnostic;
}

std::string source_text(SourceRange range) {
    constexpr std::size_t kLongest = 60;
    if (range.file == nullptr || range.end > range.file->text.size()) return {};
    std::string line;
    bool comment = false;
    for (char c : std::string_view(range.file->text).substr(range.begin, range.end - range.begin)) {
        if (c == '\n') comment = false;
        if (c == '#') comment = true;  // a string with `#` is cut short, which only shortens what is shown
        if (comment) continue;
        bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (blank && (line.empty() || line.back() == ' ')) continue;
        line += blank ? ' ' : c;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (line.size() > kLongest) {
        std::size_t cut = kLongest - 3;
        while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
        line = line.substr(0, cut) + "...";
    }
    return line;
}

std::string source_place(SourceRange range) {
    if (range.file == nullptr) return {};
    return fmt::format("{}:{}", std::filesystem::path(range.file->path).filename().string(),
                       line_column(*range.file, range.begin).line);
}

std::string underscored(std::string path) {
    std::replace(path.begin(), path.end(), '.', '_');
    return path;
}

OriginScope::OriginScope(Elaboration& elaboration, SourceRange range)
    : elaboration_(elaboration), saved_range_(elaboration.user_range), saved_origin_(elaboration.builder.origin()) {
    if (range.file != nullptr && !is_embedded(range.file)) elaboration.user_range = range;
    const SourceRange& place = elaboration.user_range;
    auto [known, is_new] = elaboration.analysis.origins.try_emplace({place.file, place.begin, place.end});
    if (is_new) known->second = {"", source_place(place), source_text(place)};
    elaboration.builder.set_origin({elaboration.name_hint, known->second.place, known->second.expression});
}

OriginScope::~OriginScope() {
    elaboration_.user_range = saved_range_;
    elaboration_.builder.set_origin(saved_origin_);
}

HintScope::HintScope(Elaboration& elaboration, std::string hint)
    : elaboration_(elaboration), saved_(elaboration.name_hint) {
    if (!hint.empty()) elaboration.name_hint = std::move(hint);
}

namespace {

// `{0}` stands for operand 0 in the message of an op's type rule.
std::string with_operands(std::string message, const std::vector<Operand>& shown) {
    for (std::size_t index = 0; index < shown.size(); ++index) {
        std::string mark = fmt::format("{{{}}}", index);
        for (std::size_t at = message.find(mark); at != std::string::npos; at = message.find(mark, at)) {
            std::string text = fmt::format("`{}`", shown[index].text());
            message.replace(at, mark.size(), text);
            at += text.size();
        }
    }
    return message;
}

}  // namespace

bool is_too_large(Elaboration& elaboration, const Shape& shape, SourceRange range) {
    if (!is_constant(shape)) return false;
    std::vector<std::int64_t> extents;
    for (const Dim& dim : shape) extents.push_back(dim.constant());
    // A negative extent is no size; type rules and `reshape` look at it.
    if (std::any_of(extents.begin(), extents.end(), [](std::int64_t extent) { return extent < 0; })) return false;
    std::optional<std::int64_t> count = checked_product(extents);
    if (count && *count <= Elaboration::kMaximumElements) return false;
    report(elaboration, kModelTooLarge, range, fmt::format("a tensor {} is too large", shape_text(shape)));
    return true;
}

std::optional<Value> add_node(Elaboration& elaboration, std::string_view op, const std::vector<Value>& operands,
                              const Attributes& attributes, SourceRange range, const std::vector<Operand>& shown) {
    const OpRecord& record = op_named(op);
    if (elaboration.builder.size() > Elaboration::kMaximumNodes) {
        report(elaboration, kModelTooLarge, range,
               fmt::format("the model has more than {} nodes", Elaboration::kMaximumNodes));
        return std::nullopt;
    }
    auto inferred = elaboration.builder.infer(record, operands, attributes);
    if (const auto* error = std::get_if<TypeError>(&inferred)) {
        Diagnostic& diagnostic = report(elaboration, error->kind != nullptr ? *error->kind : kOperandRefused, range,
                                        with_operands(error->message, shown));
        for (int operand : error->operands) {
            if (operand < 0 || static_cast<std::size_t>(operand) >= shown.size()) continue;
            const Type& type = elaboration.builder.type(operands[static_cast<std::size_t>(operand)]);
            diagnostic.notes.push_back(
                {shown[static_cast<std::size_t>(operand)].range, fmt::format("this is {}", type_text(type))});
        }
        diagnostic.hint = error->hint;
        return std::nullopt;
    }
    for (const Type& type : std::get<std::vector<Type>>(inferred)) {
        if (is_too_large(elaboration, type.shape, range)) return std::nullopt;
    }
    return elaboration.builder.add(record, operands, attributes);
}

}  // namespace nncc
