// NestValues: the text of each value of a loop nest, where it is declared and whether it is a vector there.
#pragma once

#include <string>
#include <vector>

#include "emit/function_text.h"

namespace nncc {

class NestValues {
  public:
    NestValues(FunctionText& function, const LoopNest& nest) : function_(function), nest_(nest) {}

    // `order`: axes from the outermost loop in, the first `kept` of them not reduced; `vector`: the axis of the lanes.
    void prepare(const std::vector<int>& order, std::size_t kept, int vector);

    // Declares the values that vary with the loop `level` (1-based; 0: with none) and none inside it. `after`: those
    // that depend on reductions, whose level is that of the innermost kept loop.
    void declare_level(std::size_t level, bool after, Code& code);
    void enter(int) {}
    // Writes a store, of a vector when `in_lanes` and the target varies along the lanes.
    void store(const LoopStore& store, bool in_lanes, Code& code);

    int use_count(int id) const { return uses_[static_cast<std::size_t>(id)]; }
    bool is_vector(int id) const { return vector_values_[static_cast<std::size_t>(id)]; }
    void set_scalar(int id) { vector_values_[static_cast<std::size_t>(id)] = false; }
    std::string text(int id) const { return texts_[static_cast<std::size_t>(id)]; }
    std::string as_vector(int id) const;  // splat when it is a scalar
    std::string name(int id);             // of a value declared by the caller
    std::string lane_count_text() const { return lanes_; }
    int lane_bytes() const { return lane_bytes_; }  // of the type that the lanes are counted in
    void double_lanes() { lanes_ = "2 * " + lanes_; }
    // For the epilogue of a contraction: what stands for the product.
    void set_text(int id, std::string text, bool is_vector);

  private:
    void choose_inline(const std::vector<int>& order, std::size_t kept);
    std::string load_text(const LoopValue& value, bool is_vector);
    std::string iota_text(const LoopValue& value, bool is_vector);
    std::string random_text(const LoopValue& value, bool is_vector);
    std::string op_text(const LoopValue& value, bool is_vector);
    bool varies(int id, int axis) const { return ((axes_[static_cast<std::size_t>(id)] >> axis) & 1U) != 0; }

    FunctionText& function_;
    const LoopNest& nest_;
    std::vector<std::string> variables_;
    std::vector<std::uint32_t> axes_;  // of each value: the axes it varies along
    std::vector<bool> after_;          // depends on a reduction
    std::vector<std::size_t> levels_;
    std::vector<int> uses_;
    std::vector<bool> vector_values_;
    std::vector<bool> inline_;  // written where it is used
    std::vector<std::string> texts_, names_;
    std::string lanes_ = "nncc::kLanes<float>";
    int lane_bytes_ = 4;
    int vector_ = -1;
};

}  // namespace nncc
