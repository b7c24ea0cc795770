// StructLayout: storages with dotted names as one nested C++ struct, with the offset of each member.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"
#include "emit/code.h"
#include "graph/program.h"

namespace nncc {

struct StructMember {
    const Storage* storage = nullptr;
    std::string path;  // "dense_1.w", identifiers only
    std::vector<std::int64_t> extents;
    std::int64_t elements = 1;
    std::int64_t offset = 0;  // bytes
};

class StructLayout {
  public:
    // Extents are taken at the bounds of bounded dimensions.
    static Expected<StructLayout> make(const std::vector<const Storage*>& storages, const DimBindings& dims);

    const std::vector<StructMember>& members() const { return members_; }
    const StructMember* find(std::string_view storage) const;
    std::int64_t bytes() const { return bytes_; }  // of the whole struct, aligned to 64
    // The members, one line each where it fits: `struct { float w[8][10], b[10]; } dense_1;`
    void print(Code& code) const;

  private:
    struct Branch {
        std::string name;    // identifier
        std::string source;  // the part of the storage's name
        int member = -1;     // index into members_, or -1: `children`
        std::vector<Branch> children;
    };
    static void place(StructLayout& layout, Branch& branch, std::int64_t& offset, std::int64_t& alignment,
                      const std::string& path);
    static std::int64_t alignment_of(const StructLayout& layout, const Branch& branch);
    std::vector<std::string> declarations(const std::vector<Branch>& branches) const;
    void print_branches(const std::vector<Branch>& branches, Code& code) const;

    Branch root_;
    std::vector<StructMember> members_;
    std::int64_t bytes_ = 64;
};

}  // namespace nncc
