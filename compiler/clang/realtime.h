// Proves, from the text, that what an entry point calls is free of what has no bounded time; or says what is not, and
// how it is reached.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clang/compile.h"
#include "clang/realtime_hazard.h"

namespace nncc {

std::string_view realtime_hazard_name(RealtimeHazard hazard);  // "allocation", "unbounded loop", ...

struct RealtimeFinding {
    RealtimeHazard hazard = RealtimeHazard::kAllocation;
    std::string message;                  // lower case, no full stop
    std::string place;                    // "file:line:column"
    std::vector<std::string> call_chain;  // from the entry point to the function that holds the place
};

struct RealtimeReport {
    std::vector<RealtimeFinding> findings;   // in order of discovery, each place once
    std::vector<std::string> library_calls;  // functions without a body that are known to be safe, sorted: "memcpy"
    int function_count = 0;                  // how many bodies were walked
    int loop_count = 0;                      // how many loops were proven or refused
    double parse_milliseconds = 0;
    double walk_milliseconds = 0;

    bool proven() const { return findings.empty(); }
};

// `entry_points` are qualified names ("forward", "pima::Model::forward"); one that the text does not define is an
// error.
Expected<RealtimeReport> check_realtime(std::string_view text, std::string_view file_name,
                                        std::span<const std::string> entry_points, const CompileOptions& options = {});

// A few lines for the terminal: what was proven, or each finding with its call chain.
std::string describe(const RealtimeReport& report);

}  // namespace nncc
