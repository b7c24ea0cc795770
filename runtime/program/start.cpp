// The entry point of a standalone binary: turns what the kernel leaves on the stack into a call of the C library's
// start.
//
// nncc links binaries by itself, on machines that have a C library but none of the files of a C compiler (crt1.o,
// crti.o).
#if !defined(__x86_64__) || !defined(__linux__)
#error "standalone binaries are linked for x86-64 Linux only"
#endif

extern "C" {

typedef void (*NnccInitialiser)(int, char**, char**);
extern NnccInitialiser __init_array_start[] __attribute__((visibility("hidden")));
extern NnccInitialiser __init_array_end[] __attribute__((visibility("hidden")));

// C libraries before 2.34 call what they are given here; later ones do too when it is not null.
__attribute__((visibility("hidden"), used)) void nncc_run_initialisers(int count, char** arguments,
                                                                       char** environment) {
    for (NnccInitialiser* initialiser = __init_array_start; initialiser != __init_array_end; ++initialiser) {
        (*initialiser)(count, arguments, environment);
    }
}

}  // extern "C"

// System V ABI: at entry rdx is a function to register with atexit, [rsp] is argc and rsp + 8 is argv.
asm(R"(
    .text
    .globl _start
    .hidden _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    movq %rdx, %r9
    popq %rsi
    movq %rsp, %rdx
    andq $-16, %rsp
    pushq %rax
    pushq %rsp
    xorl %r8d, %r8d
    leaq nncc_run_initialisers(%rip), %rcx
    leaq main(%rip), %rdi
    callq *__libc_start_main@GOTPCREL(%rip)
    hlt
    .size _start, . - _start
)");
