// Walk: the direct sub-expressions of each production.
#include "semantics/walk.h"

namespace nncc {
namespace {

using Visit = std::function<void(const ast::Expression&)>;

void visit_type(const ast::TypeSyntax& type, const Visit& visit) {
    for (const ast::Dimension& dimension : type.dimensions) {
        if (dimension.extent) visit(*dimension.extent);
        if (dimension.bound) visit(*dimension.bound);
    }
}

struct Children {
    const Visit& visit;

    template <class T>
    void operator()(const T&) const {}  // leaves

    void operator()(const ast::ListLiteral& list) const {
        for (const ast::ExpressionPtr& element : list.elements) visit(*element);
    }
    void operator()(const ast::Unary& unary) const { visit(*unary.operand); }
    void operator()(const ast::Binary& binary) const {
        visit(*binary.left);
        visit(*binary.right);
    }
    void operator()(const ast::RangeExpression& range) const {
        visit(*range.first);
        visit(*range.last);
    }
    void operator()(const ast::Call& call) const {
        visit(*call.callee);
        for (const ast::Argument& argument : call.arguments) visit(*argument.value);
    }
    void operator()(const ast::Pipe& pipe) const {
        visit(*pipe.input);
        for (const ast::Argument& argument : pipe.arguments) visit(*argument.value);
    }
    void operator()(const ast::Index& index) const {
        visit(*index.operand);
        for (const ast::IndexItem& item : index.items) {
            for (const ast::ExpressionPtr* part : {&item.element, &item.start, &item.stop, &item.step}) {
                if (*part) visit(**part);
            }
        }
    }
    void operator()(const ast::Member& member) const { visit(*member.operand); }
    void operator()(const ast::If& choice) const {
        for (const ast::IfBranch& branch : choice.branches) {
            visit(*branch.condition);
            for_each_expression(branch.body, visit);
        }
        if (choice.otherwise) for_each_expression(*choice.otherwise, visit);
    }
    void operator()(const ast::For& loop) const {
        visit(*loop.sequence);
        for_each_expression(loop.body, visit);
    }
    void operator()(const ast::Scan& scan) const {
        visit(*scan.sequence);
        visit(*scan.along);
        for_each_expression(scan.body, visit);
    }
    void operator()(const ast::New& creation) const {
        for (const ast::Argument& argument : creation.arguments) visit(*argument.value);
    }
    void operator()(const ast::Lambda& lambda) const { for_each_expression(lambda.body, visit); }
};

}  // namespace

void for_each_child(const ast::Expression& expression, const Visit& visit) {
    std::visit(Children{visit}, expression.value);
}

void for_each_expression(const ast::Block& block, const Visit& visit) {
    for (const ast::Statement& statement : block.statements) {
        if (const auto* let = std::get_if<ast::Let>(&statement.value)) visit(*let->value);
        if (const auto* storage = std::get_if<ast::StorageDeclaration>(&statement.value)) {
            if (storage->type) visit_type(*storage->type, visit);
            if (storage->initializer) visit(*storage->initializer);
        }
        if (const auto* assignment = std::get_if<ast::Assignment>(&statement.value)) visit(*assignment->value);
        if (const auto* yield = std::get_if<ast::Yield>(&statement.value)) visit(*yield->value);
        if (const auto* last = std::get_if<ast::ExpressionStatement>(&statement.value)) visit(*last->value);
    }
}

void collect_names(const ast::Expression& expression, std::set<std::string>& names) {
    if (const auto* use = std::get_if<ast::NameUse>(&expression.value)) names.insert(use->name);
    if (const auto* pipe = std::get_if<ast::Pipe>(&expression.value)) names.insert(pipe->callee[0].text);
    if (const auto* creation = std::get_if<ast::New>(&expression.value)) names.insert(creation->callee.text);
    for_each_child(expression, [&](const ast::Expression& child) { collect_names(child, names); });
}

}  // namespace nncc
