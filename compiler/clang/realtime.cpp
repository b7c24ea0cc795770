// Asks the Clang module whether a text is free of what has no bounded time, and words the answer.
#include "clang/realtime.h"

#include <array>

#include "clang/compile_input.h"
#include "clang/diagnostic_kinds.h"
#include "clang/loader.h"

namespace nncc {

std::string_view realtime_hazard_name(RealtimeHazard hazard) {
    static constexpr std::array<std::string_view, 9> kNames = {"allocation",       "exception",    "virtual call",
                                                               "function pointer", "recursion",    "guarded static",
                                                               "unbounded loop",   "unknown call", "assembly"};
    return kNames[static_cast<std::size_t>(hazard)];
}

Expected<RealtimeReport> check_realtime(std::string_view text, std::string_view file_name,
                                        std::span<const std::string> entry_points, const CompileOptions& options) {
    Expected<OpenedModule> module = open_clang_module();
    if (!module) return module.error();
    clang_module::RealtimeOutput output;
    clang_module::Failure failure;
    const std::vector<std::string> names(entry_points.begin(), entry_points.end());
    if (!module->interface->check_realtime(compile_input(text, file_name, options), names, output, failure)) {
        return module_error(failure, kEmittedTextRejected);
    }
    RealtimeReport report;
    for (clang_module::RealtimeFinding& finding : output.findings) {
        report.findings.push_back({static_cast<RealtimeHazard>(finding.hazard), std::move(finding.message),
                                   std::move(finding.place), std::move(finding.call_chain)});
    }
    report.library_calls = std::move(output.library_calls);
    report.function_count = output.function_count;
    report.loop_count = output.loop_count;
    report.parse_milliseconds = output.parse_milliseconds;
    report.walk_milliseconds = output.walk_milliseconds;
    return report;
}

std::string describe(const RealtimeReport& report) {
    std::string text = fmt::format("{} functions, {} loops, {} findings\n", report.function_count, report.loop_count,
                                   report.findings.size());
    for (const RealtimeFinding& finding : report.findings) {
        text += fmt::format("{}: {}: {}\n", finding.place, realtime_hazard_name(finding.hazard), finding.message);
        std::string chain;
        for (const std::string& function : finding.call_chain) chain += (chain.empty() ? "" : " -> ") + function;
        text += fmt::format("    reached by {}\n", chain);
    }
    return text;
}

}  // namespace nncc
