// What is checked in under generated/ is what nncc emits today, byte for byte.
#include <gtest/gtest.h>

#include <filesystem>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

// What stands beside the name of the model where the files are made.
std::vector<std::string> options_of(const std::string& model) {
    if (model.starts_with("amp_")) return {"-D", "time<=64"};
    return {};
}

TEST(Generated, IsWhatIsEmittedToday) {
    int models = 0;
    for (const auto& file : std::filesystem::directory_iterator(source_path("generated"))) {
        if (file.path().extension() != ".cpp") continue;
        ++models;
        const std::string name = file.path().stem().string();
        const ScratchFolder folder;
        std::vector<std::string> arguments = options_of(name);
        arguments.insert(arguments.end(),
                         {source_path("models/" + name + ".nn"), "-q", "-o", folder.file(name + ".cpp")});
        const RunResult result = run_nncc(arguments);
        ASSERT_EQ(result.exit_code, 0) << result.errors;
        for (const std::string& part : {name + ".cpp", name + ".h", name + "_c.h"}) {
            EXPECT_TRUE(read_text(folder.file(part)) == read_text(source_path("generated/" + part)))
                << "generated/" << part << " is stale: generated/README.md says how it is made";
        }
    }
    EXPECT_EQ(models, 6);
}

// The same text, whatever the folder, the user's locale and the time zone.
TEST(Generated, IsTheSameEverywhere) {
    const ScratchFolder first;
    const ScratchFolder second;
    second.write("pima.nn", read_text(source_path("models/pima.nn")));
    ASSERT_EQ(run_nncc({source_path("models/pima.nn"), "-q", "-o", first.file("pima.cpp")}).exit_code, 0);
    ASSERT_EQ(run_program({"/usr/bin/env", "LC_ALL=de_DE.UTF-8", "TZ=Asia/Tokyo", "USER=someone",
                           NNCC_BINARY_DIR "/nncc", "pima.nn", "-q", "-o", "pima.cpp"},
                          {second.path(), "", ""})
                  .exit_code,
              0);
    for (const char* part : {"pima.cpp", "pima.h", "pima_c.h"})
        EXPECT_TRUE(read_text(first.file(part)) == read_text(second.file(part))) << part;
}

}  // namespace
}  // namespace nncc::testing
