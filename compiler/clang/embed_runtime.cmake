# Turns the files of runtime/ into one C++ file that holds their text: cmake -DROOT=runtime -DOUTPUT=file.cpp -P this.
file(GLOB names RELATIVE "${ROOT}" "${ROOT}/nncc/*.h" "${ROOT}/program/*.cpp" "${ROOT}/program/*.h")
list(SORT names)
set(output "// Generated from runtime/ by embed_runtime.cmake.\n#include \"clang/runtime_text.h\"\n\nnamespace nncc {\nnamespace {\n\n")
set(rows "")
foreach(name IN LISTS names)
  file(READ "${ROOT}/${name}" text)
  string(APPEND rows "    {\"${name}\", R\"nncc_text(${text})nncc_text\"},\n")
endforeach()
string(APPEND output "constexpr RuntimeFile kFiles[] = {\n${rows}};\n\n}  // namespace\n\n"
  "std::span<const RuntimeFile> runtime_files() { return kFiles; }\n\n}  // namespace nncc\n")
file(WRITE "${OUTPUT}" "${output}")
