// Random cases checked in child processes; failing ones saved as text with the command that checks them again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace nncc::testing {

struct SeedRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};
// The default, unless NNCC_RANDOM_FIRST and NNCC_RANDOM_COUNT say other seeds.
SeedRange seeds(std::uint64_t first, std::uint64_t count);

// What `check` says is wrong, run in a process of its own: one that ends the program is a failure like others.
std::string problem_in_child(const std::function<std::string()>& check);

// `check` of every seed, in as few processes as there are failures; `report` of the first three that fail.
void check_seeds(const SeedRange& range, const std::function<std::string(std::uint64_t)>& check,
                 const std::function<void(std::uint64_t)>& report);

// Saves a case in the build folder as failing/<test>_<seed><extension>, behind comment lines that say what is wrong,
// and fails the test with the text and the command that checks that file alone: NNCC_SAVED_CASE names it.
void report_case(std::uint64_t seed, const std::string& problem, const std::string& text, const std::string& extension);
// The text of the file NNCC_SAVED_CASE names, or nothing: then it is all there is to check.
std::optional<std::string> saved_case();
std::uint64_t seed_of_case(const std::string& text);

}  // namespace nncc::testing
