# Turns the .nn files FILES of FOLDER into OUTPUT, a C++ source with their bytes: stdlib_files() of stdlib.h.
# Each line becomes one string literal, so that no literal is longer than compilers must accept.
set(text "// Embedded by compiler/stdlib/embed.cmake from the .nn files: not to be edited.\n#include \"stdlib/stdlib.h\"\n\n")
string(APPEND text "#include <array>\n\nnamespace nncc {\n\nstd::span<const SourceFile> stdlib_files() {\n")
list(LENGTH FILES count)
string(APPEND text "    static const std::array<SourceFile, ${count}> kFiles = {{\n")
foreach(name IN LISTS FILES)
  # Bytes as \\xNN, so that quotes and backslashes need no care.
  file(READ "${FOLDER}/${name}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  string(REGEX REPLACE "\\\\x0a" "\\\\x0a\"\n         \"" escaped "${escaped}")
  string(APPEND text "        {\"stdlib/${name}\",\n         \"${escaped}\"},\n")
endforeach()
string(APPEND text "    }};\n    return kFiles;\n}\n\n}  // namespace nncc\n")
file(WRITE "${OUTPUT}" "${text}")
