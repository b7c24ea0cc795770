// Starts programs and collects what they print.
#include "run_nncc.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nncc::testing {

namespace {

// In the child: redirects, changes folder and becomes the program.
[[noreturn]] void become(const std::vector<std::string>& arguments, const std::string& folder, int input, int output,
                         int errors) {
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(127);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    execvp(pointers[0], pointers.data());
    _exit(127);
}

bool drain(int file, std::string& text) {
    char bytes[4096];
    const ssize_t got = read(file, bytes, sizeof bytes);
    if (got > 0) text.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
}

}  // namespace

RunResult run_program(const std::vector<std::string>& arguments, const RunOptions& options) {
    int output[2];
    int errors[2];
    if (pipe2(output, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0) return {};
    // Input comes from a file that is already gone, so that a program that does not read cannot block the test.
    std::string name = (std::filesystem::temp_directory_path() / "nncc_input_XXXXXX").string();
    const int input = mkostemp(name.data(), O_CLOEXEC);
    unlink(name.c_str());
    if (write(input, options.input.data(), options.input.size()) != static_cast<ssize_t>(options.input.size()))
        return {};
    lseek(input, 0, SEEK_SET);
    const pid_t child = fork();
    if (child == 0) become(arguments, options.folder, input, output[1], errors[1]);
    close(input);
    close(output[1]);
    close(errors[1]);
    RunResult result;
    bool signalled = options.interrupt_when.empty();
    bool open[2] = {true, true};
    while (open[0] || open[1]) {
        pollfd files[2] = {{open[0] ? output[0] : -1, POLLIN, 0}, {open[1] ? errors[0] : -1, POLLIN, 0}};
        poll(files, 2, 20);
        std::error_code missing;
        if (!signalled && std::filesystem::exists(options.interrupt_when, missing) &&
            std::filesystem::file_size(options.interrupt_when, missing) > 0) {
            kill(child, SIGINT);
            signalled = true;
        }
        if (files[0].revents != 0) open[0] = drain(output[0], result.output);
        if (files[1].revents != 0) open[1] = drain(errors[0], result.errors);
    }
    close(output[0]);
    close(errors[0]);
    int status = 0;
    waitpid(child, &status, 0);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

RunResult run_nncc(std::vector<std::string> arguments, const RunOptions& options) {
    arguments.insert(arguments.begin(), NNCC_BINARY_DIR "/nncc");
    return run_program(arguments, options);
}

ScratchFolder::ScratchFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "nncc test XXXXXX").string();  // with a space, as users have
    path_ = mkdtemp(name.data()) == nullptr ? std::string() : name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
}

std::string read_text(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string source_path(const std::string& relative) { return std::string(NNCC_SOURCE_DIR) + "/" + relative; }

RunResult run_emitted(const std::string& model, const std::string& program, const std::vector<std::string>& options) {
    const ScratchFolder folder;
    std::vector<std::string> arguments = options;
    arguments.insert(arguments.end(), {folder.write("m.nn", model), "-q", "-o", folder.file("m.cpp")});
    const RunResult emitted = run_nncc(arguments);
    if (emitted.exit_code != 0) return emitted;
    const RunResult compiled = run_program({"g++",
                                            "-std=c++20",
                                            "-O1",
                                            "-march=native",
                                            "-Wall",
                                            "-Wextra",
                                            "-Wpedantic",
                                            "-Wshadow",
                                            "-Wconversion",
                                            "-Werror",
                                            "-fno-exceptions",
                                            "-fno-rtti",
                                            "-fsanitize=undefined",
                                            "-fno-sanitize-recover=all",
                                            "-I",
                                            source_path("runtime"),
                                            folder.file("m.cpp"),
                                            folder.write("main.cpp", program),
                                            "-o",
                                            folder.file("main")});
    if (compiled.exit_code != 0) return compiled;
    return run_program({folder.file("main")});
}

RunResult run_with_model(const ScratchFolder& folder, const std::string& name,
                         const std::vector<std::string>& options) {
    std::vector<std::string> arguments{name + ".nn", "-q", "-o", name + ".cpp"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const RunResult emitted = run_nncc(arguments, {.folder = folder.path()});
    if (emitted.exit_code != 0) return emitted;
    std::vector<std::string> command{"g++",      "-std=c++20",  "-O1", "-march=native", "-I", source_path("runtime"),
                                     "main.cpp", name + ".cpp", "-o",  "main"};
#if defined(NNCC_SANITISED)
    command.insert(command.end(), {"-fsanitize=address,undefined", "-fno-sanitize-recover=all"});
#endif
    const RunResult compiled = run_program(command, {.folder = folder.path()});
    if (compiled.exit_code != 0) return compiled;
    return run_program({folder.file("main")}, {.folder = folder.path()});
}

}  // namespace nncc::testing
