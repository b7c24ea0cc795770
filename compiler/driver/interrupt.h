// Ctrl-C as a flag that the training loop asks for between steps.
#pragma once

namespace nncc {

// While it lives, SIGINT and SIGTERM set the flag; a second one ends the process as usual. One at a time.
class InterruptGuard {
  public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    bool interrupted() const;
};

}  // namespace nncc
