// Random calls of the library's functions and of the built-in ones, drawn from their signatures.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/type.h"
#include "random_graph.h"
#include "syntax/ast.h"

namespace nncc::testing {

// A name of a program that stands for a tensor; `batch` is a dimension of that name.
struct Variable {
    std::string name;
    Type type;
};

// What can be called: a parameter's kind is the word of its type ("int", "fn", "f32"); of a tensor `ranks` says how
// many axes it has, -1 for any. Built-in functions name their parameters only: there the kind follows from the name.
struct Callable {
    struct Parameter {
        std::string name, kind;
        int rank = -1;
        bool optional = false;
    };
    std::string name;
    std::vector<Parameter> parameters;
};

class RandomCalls {
  public:
    RandomCalls();  // reads the library

    // An expression whose first argument is one of `variables`, by position or through a pipe, others by position or by
    // name; nothing where no variable fits. It need not be valid: numbers are drawn for their parameter's name alone.
    std::optional<std::string> layer(Random& random, const std::vector<Variable>& variables) const;
    // A name of a function of one tensor of any shape to one of that shape.
    std::string activation(Random& random) const;
    // `name(...)` without tensors: of optimisers, schedules, initialisers.
    std::string optimizer(Random& random) const;
    std::string schedule(Random& random) const;
    std::string initializer(Random& random) const;
    // A loss of a prediction and a target; the target's type.
    std::optional<std::pair<std::string, Type>> loss(Random& random, const Variable& prediction) const;
    std::optional<std::string> metric(Random& random, const Variable& prediction) const;
    // All that `layer` may call, by name.
    std::vector<std::string> layer_names() const;

  private:
    void take(const ast::Function& function, const std::string& path);
    std::optional<std::string> argument(Random& random, const Callable& callable, const Callable::Parameter& parameter,
                                        const std::vector<Variable>& variables) const;
    std::string plain_call(Random& random, const Callable& callable) const;

    // By file of the library, "" for the built-in ones: a family first, so that the many activations are not all there
    // is.
    std::map<std::string, std::vector<Callable>> layers_;
    std::vector<Callable> optimizers_, schedules_, initializers_, losses_, metrics_;
    std::vector<std::string> activations_;
};

}  // namespace nncc::testing
