// PackedLayout: where the weights lie that `forward` reads, as they are or as panels for the matrix products.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "emit/entry_text.h"

namespace nncc {

// A storage copied as it is, or (panels) laid out for one matrix product, or transformed for one convolution.
struct PackedItem {
    std::string storage;
    Type type;
    std::int64_t offset = 0;  // in Packed
    std::int64_t bytes = 0;
    bool is_panels = false;
    // Panels: the K x N matrix in the storage.
    std::int64_t k = 0, n = 0, first = 0, row = 0, column = 0;
    int winograd = 0;  // the tile's side; the matrix is [9 * channels, n]
};

// Storages that live in the Model and not in Packed: those that the entry changes, and the counters that it reads.
std::set<std::string> kept_in_model(const Graph& graph);

class PackedLayout {
  public:
    // Decides for every matrix product of the forward entries whether its right operand becomes panels (and rewrites
    // the kernel to read them), then places all that is read.
    PackedLayout(std::vector<LoweredEntry>& forwards, bool pack_panels, bool allow_winograd);

    const std::map<std::string, PackedItem>& items() const {
        return items_;
    }  // by key: storage name, or that and " panels ..."
    const PackedItem* find(const std::string& key) const;
    // A place for what `pack` needs itself: raw forms of panels, and its arena.
    std::int64_t add_scratch(std::int64_t bytes);
    std::int64_t bytes() const { return bytes_ == 0 ? 64 : bytes_; }
    std::vector<std::string> decisions() const;

  private:
    using StorageOf = std::function<std::string(Value)>;
    void visit(LoweredEntry& entry, const StorageOf& storage_of, bool pack_panels, std::map<std::string, Type>& raw);
    void choose_panels(Kernel& kernel, const StorageOf& storage_of);
    void choose_form(Kernel& kernel, PackedItem& item);
    void place(PackedItem& item);

    bool allow_winograd_;
    std::map<std::string, PackedItem> items_;
    std::int64_t bytes_ = 0;
};

}  // namespace nncc
