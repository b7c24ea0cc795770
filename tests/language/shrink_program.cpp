// Greedy shrinking of text: it need not know the grammar, since what analysis refuses does not fail.
#include "shrink_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace nncc::testing {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

// The first of two results alone.
std::string with_one_result(std::string text) {
    text = std::regex_replace(text, std::regex(R"(-> \[first: (.*), rest: f32\] \{)"), "-> $1 {");
    text = std::regex_replace(text, std::regex(R"(\n    \[(\w+), others\]\n)"), "\n    $1\n");
    text = std::regex_replace(text, std::regex(R"( \+ 0.3 \* rest)"), "");
    return std::regex_replace(text, std::regex(R"(\bfirst\b)"), "output");
}

class Shrinking {
  public:
    Shrinking(const RandomProgram& failing, const std::function<bool(const RandomProgram&)>& fails, int tries)
        : best_(failing), fails_(fails), left_(tries) {}

    RandomProgram run() {
        keep(best_.text.substr(0, best_.text.find("\ntrain ")));
        for (bool smaller = true; smaller && left_ > 0;) {
            smaller = remove_lines();
            smaller = bind_others() || smaller;
            smaller = drop_aliases() || smaller;
            smaller = keep(with_one_result(best_.text)) || smaller;
            // An input, a call of a pipe, a term, a named argument, a factor.
            for (const char* part : {R"(\w+: [fi]32\[[^\]]*\], )", R"(, \w+: [fi]32\[[^\]]*\](?=\)))",
                                     R"( \|> \w+(\([^()]*\))?)", R"( [-+*/] [\w.]+\([^()]*(\([^()]*\))?[^()]*\))",
                                     R"(, \w+ = [\w."]+)", R"( [-+*/] [\w.]+)", R"([\w.]+ [-+*/] )"})
                smaller = replace_each(std::regex(part), [](const std::string&) { return std::string(); }) || smaller;
            smaller =
                replace_each(std::regex(R"(\b[1-9]\d*\b)"),
                             [](const std::string& number) {
                                 return number == "1" ? number : number == "2" ? std::string("1") : std::string("2");
                             }) ||
                smaller;
        }
        return best_;
    }

  private:
    bool keep(const std::string& text) {
        const RandomProgram candidate{text, best_.seed};
        if (text == best_.text || left_-- <= 0 || !fails_(candidate)) return false;
        best_ = candidate;
        return true;
    }

    bool remove_lines() {
        bool smaller = false;
        for (const std::size_t count : {9U, 5U, 3U, 2U, 1U}) {
            // From the end: what nobody reads any more goes first.
            for (std::size_t end = lines_of(best_.text).size(); end >= count; --end) {
                std::vector<std::string> lines = lines_of(best_.text);
                if (end > lines.size()) continue;
                const auto last = lines.begin() + static_cast<std::ptrdiff_t>(end);
                lines.erase(last - static_cast<std::ptrdiff_t>(count), last);
                smaller = keep(text_of(lines)) || smaller;
            }
        }
        return smaller;
    }

    // `let v3 = ...`, with its block if it has one, becomes `let v3 = v1` by a name that stands in it.
    bool bind_others() {
        static const std::regex kLet(R"(^    let (\w+) = (.*)$)"), kName(R"([A-Za-z]\w*)");
        bool smaller = false;
        for (std::size_t line = 0; line < lines_of(best_.text).size(); ++line) {
            const std::vector<std::string> lines = lines_of(best_.text);
            std::smatch found;
            if (!std::regex_match(lines[line], found, kLet)) continue;
            std::string value = found[2];
            std::size_t end = line + 1;
            if (value.ends_with("{")) {
                for (; end < lines.size() && lines[end] != "    }"; ++end) value += " " + lines[end];
                ++end;
            }
            for (std::sregex_iterator name(value.begin(), value.end(), kName), none; name != none; ++name) {
                std::vector<std::string> changed(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(line));
                changed.push_back(fmt::format("    let {} = {}", found[1].str(), name->str()));
                changed.insert(changed.end(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(end, lines.size())),
                               lines.end());
                if (value == name->str() || !keep(text_of(changed))) continue;
                smaller = true;
                break;
            }
        }
        return smaller;
    }

    // Without `let v3 = v1`, and v1 wherever v3 was read.
    bool drop_aliases() {
        static const std::regex kAlias(R"(\n    let (\w+) = ([A-Za-z]\w*)(?=\n))");
        bool smaller = false;
        const std::string text = best_.text;
        for (std::sregex_iterator found(text.begin(), text.end(), kAlias), none; found != none; ++found) {
            const std::string line = (*found)[0].str(), name = (*found)[1].str(), other = (*found)[2].str();
            const std::size_t at = best_.text.find(line + "\n");
            if (at == std::string::npos) continue;
            const std::string rest = best_.text.substr(at + line.size());
            const std::string renamed = std::regex_replace(rest, std::regex("\\b" + name + "\\b"), other);
            smaller = keep(best_.text.substr(0, at) + renamed) || smaller;
        }
        return smaller;
    }

    bool replace_each(const std::regex& part, const std::function<std::string(const std::string&)>& with) {
        bool smaller = false;
        for (std::size_t from = 0;;) {
            std::smatch found;
            const std::string text = best_.text;
            if (from >= text.size() ||
                !std::regex_search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), found, part))
                return smaller;
            const std::size_t at = from + static_cast<std::size_t>(found.position(0));
            const std::string shorter = with(found.str());
            if (keep(text.substr(0, at) + shorter + text.substr(at + found.str().size()))) {
                smaller = true;
                from = at + shorter.size();
            } else {
                from = at + 1;
            }
            if (left_ <= 0) return smaller;
        }
    }

    RandomProgram best_;
    const std::function<bool(const RandomProgram&)>& fails_;
    int left_;
};

}  // namespace

RandomProgram shrink(const RandomProgram& failing, const std::function<bool(const RandomProgram&)>& fails, int tries) {
    return Shrinking(failing, fails, tries).run();
}

}  // namespace nncc::testing
