// Runs nncc, or any program, as a user would: arguments in, output and exit code out, in a folder of the test's own.
#pragma once

#include <string>
#include <vector>

namespace nncc::testing {

struct RunResult {
    int exit_code = -1;  // 128 + the signal when one ended it
    std::string output;  // standard output
    std::string errors;  // standard error
};

struct RunOptions {
    std::string folder = {};          // working directory; "": the test's
    std::string input = {};           // standard input
    std::string interrupt_when = {};  // SIGINT as soon as this file holds something; "": never
};

RunResult run_program(const std::vector<std::string>& arguments, const RunOptions& options = {});
RunResult run_nncc(std::vector<std::string> arguments, const RunOptions& options = {});

// Emits `model` as m.h, m.cpp and m_c.h, compiles them without warnings and with `program`, which includes them, and
// runs that.
RunResult run_emitted(const std::string& model, const std::string& program,
                      const std::vector<std::string>& options = {});

// A fresh folder, removed with everything in it at the end.
class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }
    // Writes a file and returns its path.
    std::string write(const std::string& name, const std::string& text) const;

  private:
    std::string path_;
};

// Emits NAME.nn of the folder as NAME.cpp, compiles it with main.cpp beside it, sanitised where the tests are, and runs
// that. The result is of the first step that fails.
RunResult run_with_model(const ScratchFolder& folder, const std::string& name, const std::vector<std::string>& options);

std::string read_text(const std::string& path);  // "" when there is none
std::vector<std::string> split_lines(const std::string& text);
std::string source_path(const std::string& relative);  // in the source tree

}  // namespace nncc::testing
