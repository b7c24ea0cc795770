// The one variable that a signal handler may write, and the handler's installation.
#include "driver/interrupt.h"

#include <csignal>

namespace nncc {

namespace {

volatile std::sig_atomic_t interrupt_count = 0;  // a signal handler has nothing else to write to

void on_signal(int signal) {
    interrupt_count = interrupt_count + 1;
    if (interrupt_count > 1) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
}

}  // namespace

InterruptGuard::InterruptGuard() {
    interrupt_count = 0;
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
}

InterruptGuard::~InterruptGuard() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

bool InterruptGuard::interrupted() const { return interrupt_count > 0; }

}  // namespace nncc
