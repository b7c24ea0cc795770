// Runs the tests; `--update` rewrites the expectations beside the cases instead of comparing.
#include <gtest/gtest.h>

#include <string_view>

#include "text_file.h"

int main(int argument_count, char** arguments) {
    testing::InitGoogleTest(&argument_count, arguments);
    for (int i = 1; i < argument_count; ++i)
        nncc::testing::is_updating() |= std::string_view(arguments[i]) == "--update";
    return RUN_ALL_TESTS();
}
