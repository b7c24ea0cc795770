// Program: its storage table, text form and verification over all entries.
#include "graph/program.h"

#include "graph/print.h"

namespace nncc {

std::string_view storage_kind_name(StorageKind kind) {
    switch (kind) {
        case StorageKind::kParam: return "param";
        case StorageKind::kState: return "state";
        case StorageKind::kStream: return "stream";
        case StorageKind::kFit: return "fit";
        case StorageKind::kSlot: return "slot";
        case StorageKind::kCounter: return "counter";
        case StorageKind::kPacked: return "packed";
    }
    NNCC_CHECK(false, "storage kind {}", static_cast<int>(kind));
}

const Storage* Program::find_storage(std::string_view storage_name) const {
    for (const Storage& storage : storages) {
        if (storage.name == storage_name) return &storage;
    }
    return nullptr;
}

namespace {

std::string names_line(std::string_view key, const std::vector<std::string>& names) {
    if (names.empty()) return "";
    std::string line(key);
    for (std::size_t i = 0; i < names.size(); ++i) line += (i > 0 ? ", " : " ") + name_text(names[i]);
    return line + "\n";
}

}  // namespace

std::string print_program(const Program& program) {
    std::string out = "program " + name_text(program.name) + " " + quoted_text(program.summary) + "\n";
    for (const auto& [name, binding] : program.dims) {
        out += "dim " + name_text(name) + (binding.bounded ? " <= " : " = ") + std::to_string(binding.value) + "\n";
    }
    out += names_line("inputs", program.inputs);
    out += names_line("data", program.data);
    if (program.latency > 0) out += "latency " + std::to_string(program.latency) + "\n";
    if (!program.position.empty()) out += names_line("position", {program.position});
    for (const Storage& storage : program.storages) {
        out += "storage " + std::string(storage_kind_name(storage.kind)) + " " + name_text(storage.name) + " : " +
               type_text(storage.type) + "\n";
    }
    for (const auto& [name, graph] : program.entries) out += "entry " + name_text(name) + " " + print_graph(graph);
    return out;
}

}  // namespace nncc
