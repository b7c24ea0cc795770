// What crosses the border between nncc and the module that holds Clang, LLVM and lld: plain types, no Expected, no
// kinds.
//
// The module is opened on first need and never closed (LLVM keeps global state). Both sides come from one build.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nncc::clang_module {

struct MemoryFile {
    std::string_view name;
    std::string_view text;
};

struct CompileInput {
    std::string_view text;
    std::string_view file_name;
    std::vector<MemoryFile> headers;  // all that `#include` finds; the disk is not looked at
    std::vector<std::string> defines;
    std::vector<std::string> roots;  // C names; what none of them reaches is left out; empty: all stays
    std::string target_cpu;          // "": this machine's, with the features it really has
    int optimisation_level = 3;
    bool contract = true;
    bool sanitize = false;
};

struct CompileOutput {
    std::string bytes;
    std::vector<std::string> undefined_symbols;  // sorted
    double front_end_milliseconds = 0;
};

struct LinkInput {
    std::vector<std::string_view> objects;  // ELF relocatable files
    std::string interpreter;                // ld.so of an executable; "" makes a shared object
    std::vector<std::string> libraries;     // paths of shared libraries, linked as needed
};

struct RealtimeFinding {
    int hazard = 0;  // the value of a nncc::RealtimeHazard
    std::string message;
    std::string place;
    std::vector<std::string> call_chain;
};

struct RealtimeOutput {
    std::vector<RealtimeFinding> findings;
    std::vector<std::string> library_calls;
    int function_count = 0;
    int loop_count = 0;
    double parse_milliseconds = 0;
    double walk_milliseconds = 0;
};

// A function of a user's header, as a model declares it.
struct FunctionParameter {
    std::string name;
    std::string type;  // "f32", "i32" or "bool"
};
struct FunctionInput {
    std::vector<MemoryFile> files;  // by path: the header, then what it includes; the disk is not looked at
    std::vector<std::string> include_folders;
    std::string function;
    std::vector<FunctionParameter> parameters;
    std::string result;
    bool real_is_f64 = false;  // float is computed as double
};

struct HeaderPlace {
    int file = -1;  // of FunctionInput::files; -1: no place in any
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};
enum class HeaderMistakeKind { kSyntax, kSignature, kBody };
struct HeaderMistake {
    HeaderMistakeKind kind = HeaderMistakeKind::kBody;
    HeaderPlace place;
    std::string message;
    std::string hint;
    std::vector<std::pair<HeaderPlace, std::string>> notes;
};
struct FunctionOutput {
    std::string graph;  // scalars in, a scalar out, in the text form of graphs; inputs are argument_0, argument_1 ...
    std::vector<HeaderMistake> mistakes;
};

enum class FailureKind { kRejected, kTargetUnknown, kEntryPointMissing };

// Why a call failed; the notes are the diagnostics of Clang or lld, one a line.
struct Failure {
    FailureKind kind = FailureKind::kRejected;
    std::string message;
    std::vector<std::string> notes;
};

// Members of Interface are added at its end, so a module of version k has those up to version k.
inline constexpr int kInterfaceVersion = 2;
inline constexpr int kOldestInterfaceVersion = 1;

// Each returns whether it succeeded; on failure only `failure` is filled.
struct Interface {
    int version = kInterfaceVersion;
    bool (*compile)(const CompileInput& input, CompileOutput& output, Failure& failure) = nullptr;
    bool (*link)(const LinkInput& input, std::string& bytes, Failure& failure) = nullptr;
    bool (*check_realtime)(const CompileInput& input, const std::vector<std::string>& entry_points,
                           RealtimeOutput& output, Failure& failure) = nullptr;
    // Since version 2. False when there are mistakes.
    bool (*read_function)(const FunctionInput& input, FunctionOutput& output) = nullptr;
};

}  // namespace nncc::clang_module

extern "C" __attribute__((visibility("default"))) const nncc::clang_module::Interface* nncc_clang_module();
