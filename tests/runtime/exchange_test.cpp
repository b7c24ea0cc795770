// The exchange: never a torn or older value, whatever the writer and the reader do.
#include <gtest/gtest.h>
#include <nncc/exchange.h>

#include <atomic>
#include <thread>

namespace nncc {
namespace {

struct Payload {
    long number[64] = {};
};

TEST(Exchange, ReaderSeesTheNewestAndKeepsIt) {
    Exchange<int> exchange(1);
    EXPECT_EQ(exchange.take(), 1);
    exchange.back() = 2;
    EXPECT_EQ(exchange.take(), 1);
    exchange.publish();
    exchange.back() = 3;
    exchange.publish();
    EXPECT_EQ(exchange.take(), 3);
    exchange.back() = 4;
    EXPECT_EQ(exchange.take(), 3);
    exchange.publish();
    exchange.back() = 5;
    const int& held = exchange.take();
    exchange.publish();
    exchange.back() = 6;
    EXPECT_EQ(held, 4);
    EXPECT_EQ(exchange.take(), 5);
}

TEST(Exchange, ValuesAreWholeAndInOrder) {
    static Exchange<Payload> exchange;
    std::atomic<bool> done{false};
    std::thread writer([&] {
        for (long k = 1; k <= 200000; ++k) {
            for (long& n : exchange.back().number) n = k;
            exchange.publish();
        }
        done = true;
    });
    long last = 0;
    bool finished = false;
    while (!finished) {
        finished = done;
        const Payload& value = exchange.take();
        const long first = value.number[0];
        ASSERT_GE(first, last);
        for (long n : value.number) ASSERT_EQ(n, first);
        last = first;
    }
    writer.join();
    EXPECT_EQ(exchange.take().number[63], 200000);
}

}  // namespace
}  // namespace nncc
