// nncc check: a model's diagnostics and nothing else.
#include "driver/commands.h"
#include "driver/model_source.h"

namespace nncc {

ExitCode run_check(const CheckOptions& options, const Console& console) {
    std::variant<ModelSource, ExitCode> loaded = load_model(options.model, console);
    const ExitCode* failed = std::get_if<ExitCode>(&loaded);
    return failed != nullptr ? *failed : ExitCode::kDone;
}

}  // namespace nncc
