// Scope: the names visible at one point of a body, each with its meaning; a chain from the innermost block outwards.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "semantics/meaning.h"

namespace nncc {

struct Binding {
    enum class Kind { kLet, kArgument, kDimension, kStorage, kState };
    Meaning value;
    Kind kind = Kind::kLet;
    std::string path;                           // of a state: where `<-` stores
    const ast::TypeSyntax* declared = nullptr;  // of an argument or a param: its axes by name
};

class Scope;
using ScopePtr = std::shared_ptr<Scope>;

class Scope {
  public:
    explicit Scope(ScopePtr parent = nullptr) : parent_(std::move(parent)) {}

    Binding* find(const std::string& name) {
        for (Scope* scope = this; scope != nullptr; scope = scope->parent_.get()) {
            if (auto found = scope->names_.find(name); found != scope->names_.end()) return &found->second;
        }
        return nullptr;
    }
    bool holds(const std::string& name) const { return names_.contains(name); }
    void bind(const std::string& name, Binding binding) { names_.insert_or_assign(name, std::move(binding)); }

    void clear() { names_.clear(); }

    std::vector<std::string> visible() const {
        std::vector<std::string> result;
        for (const Scope* scope = this; scope != nullptr; scope = scope->parent_.get()) {
            for (const auto& [name, binding] : scope->names_) result.push_back(name);
        }
        return result;
    }

    // What `...` of the enclosing signature matched; null outside of one that has it.
    const Shape* ellipsis() const {
        for (const Scope* scope = this; scope != nullptr; scope = scope->parent_.get()) {
            if (scope->ellipsis_) return &*scope->ellipsis_;
        }
        return nullptr;
    }
    std::size_t ellipsis_axis() const {
        for (const Scope* scope = this; scope != nullptr; scope = scope->parent_.get()) {
            if (scope->ellipsis_) return scope->ellipsis_axis_;
        }
        return 0;
    }
    void set_ellipsis(Shape shape, std::size_t first_axis) {
        ellipsis_ = std::move(shape);
        ellipsis_axis_ = first_axis;
    }

  private:
    std::map<std::string, Binding> names_;
    std::optional<Shape> ellipsis_;
    std::size_t ellipsis_axis_ = 0;  // of the first that matched
    ScopePtr parent_;
};

}  // namespace nncc
