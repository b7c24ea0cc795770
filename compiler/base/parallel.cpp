// Runs independent pieces of work: each thread takes the next index until none is left.
#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace nncc {

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) {
    constexpr std::size_t kMostThreads = 8;
    const std::size_t threads = std::min({count, std::size_t{std::thread::hardware_concurrency()}, kMostThreads});
    std::atomic<std::size_t> next = 0;
    const auto run = [&] {
        for (std::size_t index = next++; index < count; index = next++) work(index);
    };
    std::vector<std::jthread> others;
    for (std::size_t k = 1; k < threads; ++k) {
        try {
            others.emplace_back(run);
        } catch (const std::system_error&) {
            break;  // no more threads to be had: the others do it all
        }
    }
    run();
}

}  // namespace nncc
