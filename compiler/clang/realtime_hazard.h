// What the real-time check looks for.
#pragma once

namespace nncc {

enum class RealtimeHazard {
    kAllocation,       // new, delete, an array of run-time extent, or a function of the C library that allocates
    kThrow,            // throw or try
    kVirtualCall,      // a call through a virtual table, dynamic_cast, typeid
    kFunctionPointer,  // a call whose target is not known
    kReachesItself,    // a function that reaches itself
    kGuardedStatic,    // a local static or thread_local with a run-time initialiser
    kUnboundedLoop,    // a loop whose trip count has no bound known from the text, or goto
    kUnknownCall,      // a call of a function without a body that is not known to be safe: lock, I/O, system call
    kAssembly,         // inline assembly, which nothing can be proven of
};

}  // namespace nncc
