// What `nncc explain` says about the reading and writing of files.
#include "base/diagnostic_kinds.h"

#include <array>

#include "base/file.h"

namespace nncc {

const DiagnosticKind kFileUnreadable = {
    "NN0501", "a file cannot be read",
    "The operating system refused to open or read the file; its reason is in the message. Usual causes: the path is\n"
    "misspelt or relative to another folder, the file belongs to another user, or the path names a folder.\n"
    "\n"
    "    nncc modles/pima.nn -o pima.cpp      the folder is called `models`\n"
    "    nncc models/pima.nn -o pima.cpp      right\n"
    "\n"
    "`-` instead of a path reads standard input."};

const DiagnosticKind kFileUnwritable = {
    "NN0502", "a file cannot be written",
    "The operating system refused to create, fill or replace the file; its reason is in the message. Files are "
    "written\n"
    "beside their target under a temporary name, synced, and renamed, so the old file is still whole and nothing else\n"
    "was left behind. Usual causes: a full disk or quota, a folder that does not exist or may not be written to.\n"
    "\n"
    "    nncc pima.nn -o build/pima.cpp       when there is no folder `build` yet: `mkdir build` first\n"
    "\n"
    "`-` instead of a path writes to standard output."};

const DiagnosticKind kFileTooLarge = {"NN0503", "a file is too large",
                                      "The file has more bytes than nncc accepts for its purpose; the limit is in the "
                                      "message. The limit keeps a wrong path\n"
                                      "(a device, a log, a disk image) from filling the memory.\n"
                                      "\n"
                                      "    nncc /dev/zero -o zero.cpp           never ends, and is refused\n"
                                      "\n"
                                      "Data belongs in a database or an array file, not in a model's text."};

std::span<const DiagnosticKind* const> base_diagnostics() {
    static constexpr std::array<const DiagnosticKind*, 3> kTable = {&kFileUnreadable, &kFileUnwritable, &kFileTooLarge};
    return kTable;
}

}  // namespace nncc
