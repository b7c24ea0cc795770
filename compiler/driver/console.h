// Console: diagnostics, notes and progress on standard error; colour and JSON as asked. Standard output is for data.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace nncc {

class Console {
  public:
    Console(bool colour, bool json) : colour_(colour), json_(json) {}

    void report(const Diagnostics& diagnostics) const;
    ExitCode report(const Error& error) const;  // prints it and returns its exit code
    void note(std::string_view line) const;     // a plain line
    bool terminal() const;                      // progress may rewrite its line
    // Replaces the changing line ("" clears it); only on a terminal.
    void progress(std::string_view line) const;

  private:
    bool colour_;
    bool json_;
};

// --color=auto|always|never: auto is a terminal without NO_COLOR.
bool wants_colour(std::string_view mode);

}  // namespace nncc
