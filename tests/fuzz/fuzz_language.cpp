// libFuzzer: bytes as the text of a model; whatever it is, errors have places and nothing crashes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "semantics/model.h"
#include "syntax/parser.h"

namespace {

class NoFiles : public nncc::SourceLoader {
  public:
    nncc::Expected<const nncc::SourceFile*> load(const std::string& path) override {
        return nncc::Error{nullptr, "there is no `" + path + "`", "", {}, nncc::ExitCode::kEnvironment};
    }
};

void check_places(const nncc::Diagnostics& diagnostics, const nncc::SourceFile& source) {
    for (const nncc::Diagnostic& diagnostic : diagnostics.all()) {
        const nncc::SourceRange& range = diagnostic.range;
        const bool is_inside = range.file != &source || (range.begin <= range.end && range.end <= source.text.size());
        if (!is_inside || diagnostic.kind == nullptr || nncc::render_text(diagnostic, true).empty()) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const nncc::SourceFile source{"fuzz.nn", std::string(reinterpret_cast<const char*>(bytes), size)};
    nncc::Diagnostics syntax;
    nncc::parse(source, syntax);
    check_places(syntax, source);
    if (syntax.has_errors()) return 0;
    NoFiles loader;
    nncc::Diagnostics diagnostics;
    const bool is_valid = nncc::analyse(source, "", {}, loader, diagnostics).has_value();
    check_places(diagnostics, source);
    if (is_valid == diagnostics.has_errors()) std::abort();
    return 0;
}
