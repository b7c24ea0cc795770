// Unknown names to errors that help: the nearest name, and what there is.
#include "data/data_error.h"

#include <algorithm>

#include "base/diagnostics.h"

namespace nncc {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_without_case(const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Error unknown_name(const DiagnosticKind& kind, std::string message, const std::string& name,
                   const std::vector<std::string>& known, const std::string& known_are) {
    constexpr std::size_t kListed = 40;
    std::string nearest = nearest_name(name, known);
    std::string list;
    for (std::size_t i = 0; i < known.size() && i < kListed; ++i)
        list += fmt::format("{}`{}`", i == 0 ? "" : ", ", known[i]);
    if (known.size() > kListed) list += fmt::format(" and {} more", known.size() - kListed);
    return wrong_data(kind, std::move(message), nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest),
                      {known.empty() ? fmt::format("{}: none", known_are) : fmt::format("{}: {}", known_are, list)});
}

int find_name(const std::string& name, const std::vector<std::string>& known) {
    auto find_by = [&](auto same) {
        int found = -1;
        for (std::size_t i = 0; i < known.size(); ++i) {
            if (!same(known[i], name)) continue;
            if (found >= 0) return -2;
            found = static_cast<int>(i);
        }
        return found;
    };
    int exact = find_by([](const std::string& a, const std::string& b) { return a == b; });
    return exact != -1 ? exact : find_by(same_without_case);
}

}  // namespace nncc
