// Reads the files of tests/data/oracle and compares with them.
#include "oracle_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "interop/npz.h"

namespace nncc::testing {

std::string oracle_path(const std::string& file) { return std::string(NNCC_SOURCE_DIR) + "/tests/data/oracle/" + file; }

std::vector<std::string> oracle_names(const std::string& folder, const std::string& extension) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(oracle_path(folder))) {
        if (entry.path().extension() == extension) names.insert(entry.path().stem().string());
    }
    return {names.begin(), names.end()};
}

std::map<std::string, Arrays> read_oracle(const std::string& name) {
    std::map<std::string, Arrays> groups;
    Expected<std::vector<NumpyArray>> read = read_npz(oracle_path(name + ".npz"));
    if (!read) {
        ADD_FAILURE() << read.error().message;
        return groups;
    }
    for (NumpyArray& array : *read) {
        std::size_t point = array.name.find('.');
        std::string group = point == std::string::npos ? "" : array.name.substr(0, point);
        groups[group][array.name.substr(point == std::string::npos ? 0 : point + 1)] = {array.shape, array.values};
    }
    return groups;
}

std::string text_of(const Array& array) {
    std::string text;
    for (double byte : array.elements) text += static_cast<char>(byte);
    return text;
}

void expect_oracle(const std::string& what, const Arrays& found, const std::string& name, const Array& expected,
                   double tolerance) {
    auto at = found.find(name);
    ASSERT_NE(at, found.end()) << what << name << " is not computed";
    const Array& actual = at->second;
    ASSERT_EQ(actual.extents, expected.extents) << what << name;
    double scale = 1e-3;
    for (double element : expected.elements) {
        if (std::isfinite(element)) scale = std::max(scale, std::abs(element));
    }
    for (std::size_t index = 0; index < expected.elements.size(); ++index) {
        double a = actual.elements[index];
        double b = expected.elements[index];
        bool same = a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance * scale;
        ASSERT_TRUE(same) << what << name << "[" << index << "] is " << a << ", not " << b;
    }
}

}  // namespace nncc::testing
