// A syntax tree to text, one node a line.
#include "syntax/print_ast.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace nncc {

namespace {

// In the order of ast::BinaryOperator.
constexpr std::array<const char*, 15> kBinaryNames = {
    "+", "-", "*", "/", "%", "@", "**", "==", "!=", "<", "<=", ">", ">=", "&&", "||"};
constexpr std::array<const char*, 5> kStorageNames = {"param", "state", "stream", "carry", "fit"};
constexpr std::array<const char*, 6> kFunctionNames = {"fn", "model", "extern", "optimizer", "schedule", "initializer"};

std::string pattern_text(const ast::Pattern& pattern) {
    std::string names;
    for (const ast::Name& name : pattern.names) names += (names.empty() ? "" : ", ") + name.text;
    return pattern.is_list ? "[" + names + "]" : names;
}

class Printer {
  public:
    explicit Printer(const ast::File& file) {
        line_starts_.push_back(0);
        if (file.source == nullptr) return;
        const std::string& text = file.source->text;
        for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
            line_starts_.push_back(at + 1);
        }
    }

    std::string print(const ast::File& file) {
        out_ = "file\n";
        Indent indent(*this);
        doc(file.doc);
        for (const ast::Item& item : file.items) {
            std::visit([&](const auto& held) { print(held, item); }, item.value);
        }
        return std::move(out_);
    }

  private:
    struct Indent {
        explicit Indent(Printer& printer) : printer_(printer) { printer_.indent_ += 2; }
        Indent(const Indent&) = delete;
        Indent& operator=(const Indent&) = delete;
        ~Indent() { printer_.indent_ -= 2; }
        Printer& printer_;
    };

    // `2:3-7` within a line, else `2:3-4:1`; the end is not included.
    std::string place(SourceRange range) const {
        auto find = [&](std::uint32_t offset) {
            auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
            return std::pair(after - line_starts_.begin(), offset - *std::prev(after) + 1);
        };
        auto [line, column] = find(range.begin);
        auto [end_line, end_column] = find(range.end);
        if (line == end_line) return fmt::format("{}:{}-{}", line, column, end_column);
        return fmt::format("{}:{}-{}:{}", line, column, end_line, end_column);
    }

    void line(std::string_view text) { out_ += fmt::format("{:{}}{}\n", "", indent_, text); }
    void line(std::string_view text, SourceRange range) { line(fmt::format("{}  {}", text, place(range))); }

    void doc(std::string_view text) {
        while (!text.empty()) {
            std::size_t end = std::min(text.find('\n'), text.size());
            line(fmt::format("# {}", text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    // A label on a line of its own, and what it labels below.
    void labelled(std::string_view label, const ast::ExpressionPtr& expression) {
        if (expression == nullptr) return;
        line(label);
        Indent indent(*this);
        print(*expression);
    }

    void print(const ast::Import& import, const ast::Item& item) {
        line(fmt::format("import \"{}\"", import.path), item.range);
        Indent indent(*this);
        doc(item.doc);
    }
    void print(const ast::Constant& constant, const ast::Item& item) {
        line(fmt::format("const {}", constant.name.text), item.range);
        Indent indent(*this);
        doc(item.doc);
        if (constant.value != nullptr) print(*constant.value);
    }
    void print(const ast::Train& train, const ast::Item& item) {
        line(fmt::format("train {}", train.model.text), item.range);
        Indent indent(*this);
        doc(item.doc);
        for (const ast::TrainEntry& entry : train.entries) {
            line(fmt::format("setting {}", pattern_text(entry.pattern)), entry.range);
            Indent deeper(*this);
            if (entry.type) print(*entry.type);
            if (entry.value != nullptr) print(*entry.value);
        }
    }
    void print(const ast::Function& function, const ast::Item& item) {
        std::string header = function.kind == ast::FunctionKind::kExtern ? fmt::format(" \"{}\"", function.header) : "";
        const char* word = kFunctionNames[static_cast<std::size_t>(function.kind)];
        line(fmt::format("{}{} {}", word, header, function.name.text), item.range);
        Indent indent(*this);
        doc(item.doc);
        for (const ast::Parameter& parameter : function.parameters) {
            line(fmt::format("parameter {}", parameter.name.text), parameter.range);
            Indent deeper(*this);
            print(parameter.type);
            labelled("default", parameter.default_value);
        }
        if (function.result) {
            line("result");
            Indent deeper(*this);
            print(*function.result);
        }
        for (const ast::NamedResult& result : function.named_results) {
            line(fmt::format("result {}", result.name.text), result.range);
            Indent deeper(*this);
            print(result.type);
        }
        if (function.kind != ast::FunctionKind::kExtern) print(function.body);
    }

    void print(const ast::TypeSyntax& type) {
        line(fmt::format("type {}{}", type.name.text, type.has_shape ? "[]" : ""), type.range);
        Indent indent(*this);
        for (const ast::Dimension& dimension : type.dimensions) {
            if (dimension.is_ellipsis) {
                line("...", dimension.range);
            } else if (dimension.bound == nullptr) {
                print(*dimension.extent);
            } else {
                line("bounded", dimension.range);
                Indent deeper(*this);
                print(*dimension.extent);
                print(*dimension.bound);
            }
        }
    }

    void print(const ast::Block& block) {
        line("block", block.range);
        Indent indent(*this);
        for (const ast::Statement& statement : block.statements) {
            std::visit([&](const auto& held) { print(held, statement.range); }, statement.value);
        }
    }

    void print(const ast::Let& let, SourceRange range) {
        line(fmt::format("let {}", pattern_text(let.pattern)), range);
        Indent indent(*this);
        print(*let.value);
    }
    void print(const ast::StorageDeclaration& storage, SourceRange range) {
        line(fmt::format("{} {}", kStorageNames[static_cast<std::size_t>(storage.keyword)], storage.name.text), range);
        Indent indent(*this);
        if (storage.type) print(*storage.type);
        print(*storage.initializer);
    }
    void print(const ast::Assignment& assignment, SourceRange range) {
        line(fmt::format("<- {}", assignment.name.text), range);
        Indent indent(*this);
        print(*assignment.value);
    }
    void print(const ast::Yield& yield, SourceRange range) {
        line("yield", range);
        Indent indent(*this);
        print(*yield.value);
    }
    void print(const ast::ExpressionStatement& statement, SourceRange) { print(*statement.value); }

    void print(const ast::Expression& expression) {
        std::visit([&](const auto& held) { print(held, expression.range); }, expression.value);
    }
    void print(const ast::InvalidExpression&, SourceRange range) { line("invalid", range); }
    void print(const ast::IntegerLiteral& literal, SourceRange range) { line("integer " + literal.text, range); }
    void print(const ast::FloatLiteral& literal, SourceRange range) { line("float " + literal.text, range); }
    void print(const ast::StringLiteral& literal, SourceRange range) {
        line(fmt::format("string \"{}\"", literal.value), range);
    }
    void print(const ast::BooleanLiteral& literal, SourceRange range) { line(literal.value ? "true" : "false", range); }
    void print(const ast::NameUse& use, SourceRange range) { line("name " + use.name, range); }
    void print(const ast::EllipsisLiteral&, SourceRange range) { line("...", range); }
    void print(const ast::ListLiteral& list, SourceRange range) {
        line("list", range);
        Indent indent(*this);
        for (const ast::ExpressionPtr& element : list.elements) print(*element);
    }
    void print(const ast::Unary& unary, SourceRange range) {
        line(unary.op == ast::UnaryOperator::kNegate ? "unary -" : "unary !", range);
        Indent indent(*this);
        print(*unary.operand);
    }
    void print(const ast::Binary& binary, SourceRange range) {
        line(fmt::format("binary {}", kBinaryNames[static_cast<std::size_t>(binary.op)]), range);
        Indent indent(*this);
        print(*binary.left);
        print(*binary.right);
    }
    void print(const ast::RangeExpression& bounds, SourceRange range) {
        line("range", range);
        Indent indent(*this);
        print(*bounds.first);
        print(*bounds.last);
    }
    void print(const std::vector<ast::Argument>& arguments) {
        for (const ast::Argument& argument : arguments) {
            line(argument.name ? fmt::format("argument {}", argument.name->text) : "argument", argument.range);
            Indent indent(*this);
            print(*argument.value);
        }
    }
    void print(const ast::Call& call, SourceRange range) {
        line("call", range);
        Indent indent(*this);
        print(*call.callee);
        print(call.arguments);
    }
    void print(const ast::Pipe& pipe, SourceRange range) {
        std::string callee;
        for (const ast::Name& name : pipe.callee) callee += (callee.empty() ? "" : ".") + name.text;
        line("pipe " + callee, range);
        Indent indent(*this);
        print(*pipe.input);
        print(pipe.arguments);
    }
    void print(const ast::Index& index, SourceRange range) {
        line("index", range);
        Indent indent(*this);
        print(*index.operand);
        for (const ast::IndexItem& item : index.items) {
            if (item.kind == ast::IndexItem::Kind::kEllipsis) {
                line("...", item.range);
            } else if (item.kind == ast::IndexItem::Kind::kElement) {
                print(*item.element);
            } else {
                line("slice", item.range);
                Indent deeper(*this);
                labelled("start", item.start);
                labelled("stop", item.stop);
                labelled("step", item.step);
            }
        }
    }
    void print(const ast::Member& member, SourceRange range) {
        line("member " + member.name.text, range);
        Indent indent(*this);
        print(*member.operand);
    }
    void print(const ast::If& whole, SourceRange range) {
        line("if", range);
        Indent indent(*this);
        for (const ast::IfBranch& branch : whole.branches) {
            print(*branch.condition);
            print(branch.body);
        }
        if (whole.otherwise) print(*whole.otherwise);
    }
    void print(const ast::For& loop, SourceRange range) {
        std::string carry = loop.carry ? " carry " + pattern_text(*loop.carry) : "";
        line(fmt::format("for {}{}", pattern_text(loop.pattern), carry), range);
        Indent indent(*this);
        print(*loop.sequence);
        print(loop.body);
    }
    void print(const ast::Scan& scan, SourceRange range) {
        line(fmt::format("scan {}", pattern_text(scan.pattern)), range);
        Indent indent(*this);
        print(*scan.sequence);
        print(*scan.along);
        print(scan.body);
    }
    void print(const ast::New& instance, SourceRange range) {
        line("new " + instance.callee.text, range);
        Indent indent(*this);
        print(instance.arguments);
    }
    void print(const ast::Lambda& lambda, SourceRange range) {
        std::string names;
        for (const ast::Name& name : lambda.parameters) names += (names.empty() ? "" : ", ") + name.text;
        line(fmt::format("lambda ({})", names), range);
        Indent indent(*this);
        print(lambda.body);
    }

    std::vector<std::size_t> line_starts_;
    std::string out_;
    int indent_ = 0;
};

}  // namespace

std::string print_ast(const ast::File& file) { return Printer(file).print(file); }

}  // namespace nncc
