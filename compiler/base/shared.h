// Shared<T>: a value whose copies share one object until one of them is edited.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace nncc {

// Behaves as a T held by value; copying takes constant time. Copies may be read and edited on different threads.
template <class T>
class Shared {
  public:
    const T& operator*() const {
        static const T kEmpty{};
        return object_ ? *object_ : kEmpty;
    }
    const T* operator->() const { return &**this; }
    // The object for changes; other copies keep what they have.
    T& edit() {
        if (!object_) {
            object_ = std::make_shared<T>();
        } else if (object_.use_count() > 1) {
            object_ = std::make_shared<T>(*object_);
        }
        // What another thread did before it let go of its copy happened before.
        std::atomic_thread_fence(std::memory_order_acquire);
        return *object_;
    }
    friend bool operator==(const Shared& a, const Shared& b) { return a.object_ == b.object_ || *a == *b; }

  private:
    std::shared_ptr<T> object_;  // null: empty
};

}  // namespace nncc
