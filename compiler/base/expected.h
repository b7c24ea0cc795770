// Expected<T>: a value, or the Error of the environment (file, database, weights) that prevented it.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"

namespace nncc {

// Exit codes of the command line; an Error knows which it leads to.
enum class ExitCode {
    kDone = 0,
    kWrongInput = 1,  // the model or the data is wrong
    kUsage = 2,
    kNotVerified = 3,
    kEnvironment = 4,  // I/O or database
    kNumeric = 5,
    kInternal = 70,
    kInterrupted = 130,
};

// One kind of diagnostic: `nncc explain CODE` prints the explanation. Each folder owns a table of them.
struct DiagnosticKind {
    const char* code;         // "NN0012"
    const char* title;        // a few words, lower case
    const char* explanation;  // paragraphs for `nncc explain`, with an example of the mistake and its remedy
};

struct Error {
    const DiagnosticKind* kind = nullptr;
    std::string message{};             // lower case, no full stop: what was seen, why it cannot be
    std::string hint{};                // what would be right; may be empty
    std::vector<std::string> notes{};  // further facts, one a line
    ExitCode exit_code = ExitCode::kEnvironment;
};

struct Nothing {};

template <class T = Nothing>
class [[nodiscard]] Expected {
  public:
    Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Expected(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T& operator*() {
        NNCC_CHECK(state_.index() == 0, "{}", error_text());
        return std::get<0>(state_);
    }
    const T& operator*() const {
        NNCC_CHECK(state_.index() == 0, "{}", error_text());
        return std::get<0>(state_);
    }
    T* operator->() { return &**this; }
    const T* operator->() const { return &**this; }
    const Error& error() const {
        NNCC_CHECK(state_.index() == 1);
        return std::get<1>(state_);
    }

  private:
    std::string error_text() const { return state_.index() == 1 ? std::get<1>(state_).message : std::string(); }
    std::variant<T, Error> state_;
};

}  // namespace nncc
