// Turns bytes into an object that defines them as one constant: no compiler reads megabytes of digits.
#include <elf.h>

#include <cstring>

#include "base/check.h"
#include "clang/compile.h"

namespace nncc {
namespace {

constexpr std::size_t kAlignment = 64;

enum Section : unsigned { kNone, kData, kSymbols, kNames, kSectionNames, kStackNote, kSectionCount };

template <class T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

// Appends at the next multiple of `alignment`; returns the offset.
std::size_t append(std::string& file, std::string_view bytes, std::size_t alignment) {
    file.resize((file.size() + alignment - 1) / alignment * alignment);
    const std::size_t offset = file.size();
    file.append(bytes);
    return offset;
}

}  // namespace

ObjectCode data_to_object(std::string_view symbol, std::string_view bytes) {
    NNCC_CHECK(!symbol.empty());
    std::string names(1, '\0');
    names += symbol;
    names.push_back('\0');
    constexpr std::string_view kSectionText("\0.rodata\0.symtab\0.strtab\0.shstrtab\0.note.GNU-stack\0", 51);

    Elf64_Sym symbols[2] = {};
    symbols[1].st_name = 1;
    symbols[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
    symbols[1].st_other = STV_DEFAULT;
    symbols[1].st_shndx = kData;
    symbols[1].st_size = bytes.size();

    std::string file(sizeof(Elf64_Ehdr), '\0');
    Elf64_Shdr sections[kSectionCount] = {};
    const auto add = [&](Section section, std::size_t name, std::uint32_t type, std::string_view content,
                         std::size_t alignment) {
        sections[section].sh_name = static_cast<Elf64_Word>(name);
        sections[section].sh_type = type;
        sections[section].sh_offset = append(file, content, alignment);
        sections[section].sh_size = content.size();
        sections[section].sh_addralign = alignment;
    };
    add(kData, kSectionText.find(".rodata"), SHT_PROGBITS, bytes, kAlignment);
    sections[kData].sh_flags = SHF_ALLOC;
    add(kSymbols, kSectionText.find(".symtab"), SHT_SYMTAB, {reinterpret_cast<const char*>(symbols), sizeof symbols},
        8);
    sections[kSymbols].sh_entsize = sizeof(Elf64_Sym);
    sections[kSymbols].sh_link = kNames;
    sections[kSymbols].sh_info = 1;  // the first global symbol
    add(kNames, kSectionText.find(".strtab"), SHT_STRTAB, names, 1);
    add(kSectionNames, kSectionText.find(".shstrtab"), SHT_STRTAB, kSectionText, 1);
    add(kStackNote, kSectionText.find(".note.GNU-stack"), SHT_PROGBITS, {}, 1);

    Elf64_Ehdr header = {};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_REL;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = kSectionCount;
    header.e_shstrndx = kSectionNames;
    header.e_shoff = append(file, {reinterpret_cast<const char*>(sections), sizeof sections}, 8);
    file.replace(0, sizeof header, bytes_of(header));

    ObjectCode object;
    object.bytes = std::move(file);
    return object;
}

}  // namespace nncc
