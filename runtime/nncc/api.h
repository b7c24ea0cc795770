// What emitted headers show their callers: views of fixed extent and the table of a model's tensors.
#pragma once

#include "nncc/types.h"

namespace nncc {

// A view of memory the caller owns: contiguous, row-major, of the given extents. It holds a pointer and nothing else.
template <class T, int... extents>
class In {
  public:
    static constexpr int kElements = (extents * ... * 1);
    In(const T* data) noexcept
        : data_(data) {}  // NOLINT(google-explicit-constructor): arrays and pointers are passed as they are
    // An array of arrays of the same total size, such as float[32][8] for In<float, 32, 8>.
    template <class Row, u64 rows>
        requires(sizeof(Row[rows]) == sizeof(T) * static_cast<u64>(kElements) && sizeof(Row) != sizeof(T))
    In(const Row (&data)[rows]) noexcept : data_(reinterpret_cast<const T*>(&data)) {}
    const T* data() const noexcept { return data_; }
    static constexpr int size() noexcept { return kElements; }
    const T& operator[](int i) const noexcept { return data_[i]; }

  private:
    const T* data_;
};

template <class T, int... extents>
class Out {
  public:
    static constexpr int kElements = (extents * ... * 1);
    Out(T* data) noexcept : data_(data) {}  // NOLINT(google-explicit-constructor)
    template <class Row, u64 rows>
        requires(sizeof(Row[rows]) == sizeof(T) * static_cast<u64>(kElements) && sizeof(Row) != sizeof(T))
    Out(Row (&data)[rows]) noexcept : data_(reinterpret_cast<T*>(&data)) {}
    T* data() const noexcept { return data_; }
    static constexpr int size() noexcept { return kElements; }
    T& operator[](int i) const noexcept { return data_[i]; }

  private:
    T* data_;
};

// Without extents: pointer and number of elements, for tensors with a bounded dimension.
template <class T>
class In<T> {
  public:
    In(const T* data, i64 size) noexcept : data_(data), size_(size) {}
    template <u64 count>
    In(const T (&data)[count]) noexcept : data_(data), size_(static_cast<i64>(count)) {}  // NOLINT
    const T* data() const noexcept { return data_; }
    i64 size() const noexcept { return size_; }
    const T& operator[](i64 i) const noexcept { return data_[i]; }

  private:
    const T* data_;
    i64 size_;
};

template <class T>
class Out<T> {
  public:
    Out(T* data, i64 size) noexcept : data_(data), size_(size) {}
    template <u64 count>
    Out(T (&data)[count]) noexcept : data_(data), size_(static_cast<i64>(count)) {}  // NOLINT
    T* data() const noexcept { return data_; }
    i64 size() const noexcept { return size_; }
    T& operator[](i64 i) const noexcept { return data_[i]; }

  private:
    T* data_;
    i64 size_;
};

enum class TensorKind : u8 { kParam, kState, kFit, kStream, kSlot };
enum class ElementType : u8 { kF32, kF64, kI32, kBool };

constexpr u64 element_bytes(ElementType type) noexcept {
    return type == ElementType::kF64 ? 8 : type == ElementType::kBool ? 1 : 4;
}

// One member of Weights: row-major and contiguous at `offset` bytes from its start.
struct Tensor {
    static constexpr int kMaxRank = 8;
    const char* name;  // its path, such as "dense_1.w"
    TensorKind kind;
    ElementType dtype;
    int rank;
    i64 extents[kMaxRank];
    u64 offset;

    constexpr i64 elements() const noexcept {
        i64 product = 1;
        for (int axis = 0; axis < rank; ++axis) product *= extents[axis];
        return product;
    }
    constexpr u64 bytes() const noexcept { return static_cast<u64>(elements()) * element_bytes(dtype); }
};

}  // namespace nncc
