// Runs independent pieces of work on the threads that the machine has.
#pragma once

#include <cstddef>
#include <functional>

namespace nncc {

// Calls `work(0)` to `work(count - 1)`, each once, in no order and at once where threads are; returns when all have
// returned. What one call writes no other may touch. `work` throws nothing.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace nncc
