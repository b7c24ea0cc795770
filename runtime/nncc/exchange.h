// Exchange<T>: hands values from one writer thread to one reader thread, neither ever waiting: three slots, one index
// exchanged.
#pragma once

#include "nncc/types.h"

namespace nncc {

// The writer owns one slot (back), the reader one (front), the third holds the newest published value or, once taken,
// the oldest. The byte in between is the third slot's number, with kFresh set while it holds a value not yet taken.
template <class T>
class Exchange {
  public:
    Exchange() noexcept = default;
    explicit Exchange(const T& initial) noexcept : slots_{initial, initial, initial} {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // Writer: fill back(), then publish(); back() is another slot afterwards, with some older value in it.
    T& back() noexcept { return slots_[back_]; }
    void publish() noexcept {
        back_ = __atomic_exchange_n(&between_, static_cast<u8>(back_ | kFresh), __ATOMIC_ACQ_REL) & kSlot;
    }

    // Reader: the newest published value, which stays as it is until the next take().
    const T& take() noexcept {
        if ((__atomic_load_n(&between_, __ATOMIC_RELAXED) & kFresh) != 0) {
            front_ = __atomic_exchange_n(&between_, front_, __ATOMIC_ACQ_REL) & kSlot;
        }
        return slots_[front_];
    }

  private:
    static constexpr u8 kSlot = 3, kFresh = 4;
    static_assert(__atomic_always_lock_free(sizeof(u8), nullptr));

    T slots_[3] = {};
    alignas(64) u8 back_ = 0;     // the writer's own
    alignas(64) u8 between_ = 1;  // shared
    alignas(64) u8 front_ = 2;    // the reader's own
};

}  // namespace nncc
