// Reads the JSON of a safetensors header from a file, byte by byte: objects by callback, strings, lists of whole
// numbers.
#pragma once

#include <cstdio>

#include "nncc/types.h"

namespace nncc::detail {

// After any mistake `good` is false and every further read does nothing. Depth of skipped values is limited.
class JsonReader {
  public:
    static constexpr int kMaxDepth = 16;
    static constexpr u64 kMaxKey = 512;
    bool good = true;

    JsonReader(std::FILE* file, u64 bytes) noexcept : file_(file), left_(bytes) {}

    // f(key) for each member; it must read the value.
    template <class F>
    void object(F&& f) noexcept {
        if (!expect('{')) return;
        if (peek() == '}') return advance();
        while (good) {
            char key[kMaxKey];
            if (!string(key, kMaxKey) || !expect(':')) return;
            f(static_cast<const char*>(key));
            const int next = peek();
            advance();
            if (next == '}') return;
            if (next != ',') good = false;
        }
    }

    // A string without its quotes; \u escapes beyond ASCII are refused, as no name of a tensor has them.
    bool string(char* to, u64 bytes) noexcept {
        to[0] = '\0';
        if (!expect('"')) return false;
        u64 at = 0;
        for (;;) {
            int c = take();
            if (c == '"') break;
            if (c == '\\') c = escaped();
            if (c < 0x20 || at + 1 >= bytes) {
                good = false;
                return false;
            }
            to[at++] = static_cast<char>(c);
        }
        to[at] = '\0';
        return good;
    }

    // The count of a list of whole numbers; -1 and not good when it is none or longer than `most`.
    int numbers(u64* to, int most) noexcept {
        if (!expect('[')) return -1;
        int count = 0;
        if (peek() == ']') {
            advance();
            return 0;
        }
        while (good) {
            u64 value = 0;
            if (!number(value) || count == most) break;
            to[count++] = value;
            const int next = peek();
            advance();
            if (next == ']') return count;
            if (next != ',') break;
        }
        good = false;
        return -1;
    }

    // Any value: strings are passed over, brackets counted.
    void skip_value() noexcept {
        int depth = 0;
        do {
            const int c = peek();
            advance();
            if (c == '"') {
                skip_string();
            } else if (c == '{' || c == '[') {
                if (++depth > kMaxDepth) good = false;
            } else if (c == '}' || c == ']') {
                --depth;
            } else if (c < 0) {
                good = false;
            } else if (c != ',' && c != ':') {
                while (is_word(peek_raw())) take();
            }
            if (depth < 0) good = false;
        } while (good && depth > 0);
    }

    // Copies what is read from here to end_capture(), which is false when it did not fit.
    void capture(char* to, u64 bytes) noexcept {
        peek();
        capture_ = to;
        capture_bytes_ = bytes;
        captured_ = 0;
        capturing_ = true;
    }
    bool end_capture() noexcept {
        capturing_ = false;
        if (capture_ == nullptr) return true;
        const bool fits = captured_ < capture_bytes_;
        if (capture_bytes_ > 0) capture_[fits ? captured_ : 0] = '\0';
        return fits;
    }

    // Nothing but white space is left, and all was well.
    bool at_end() noexcept { return good && peek() < 0 && good; }

  private:
    static bool is_word(int c) noexcept {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+' || c == 'E';
    }

    int peek_raw() noexcept {
        if (have_) return next_;
        if (!good || left_ == 0) return -1;
        --left_;
        next_ = std::fgetc(file_);
        have_ = next_ >= 0;
        if (!have_) good = false;
        return next_;
    }
    int take() noexcept {
        const int c = peek_raw();
        have_ = false;
        if (c < 0) good = false;
        if (capturing_ && capture_ != nullptr && captured_ + 1 < capture_bytes_)
            capture_[captured_] = static_cast<char>(c);
        if (capturing_) ++captured_;
        return c;
    }
    int peek() noexcept {
        while (peek_raw() == ' ' || next_ == '\n' || next_ == '\t' || next_ == '\r') {
            if (!have_) return -1;
            take();
        }
        return have_ ? next_ : -1;
    }
    void advance() noexcept { take(); }
    bool expect(int wanted) noexcept {
        if (peek() != wanted) {
            good = false;
            return false;
        }
        advance();
        return good;
    }
    bool number(u64& value) noexcept {
        int digits = 0;
        for (int c = peek(); c >= '0' && c <= '9'; c = peek_raw()) {
            take();
            if (__builtin_mul_overflow(value, u64{10}, &value) ||
                __builtin_add_overflow(value, static_cast<u64>(c - '0'), &value))
                good = false;
            ++digits;
        }
        if (digits == 0) good = false;
        return good;
    }
    int escaped() noexcept {
        switch (take()) {
            case '"': return '"';
            case '\\': return '\\';
            case '/': return '/';
            default: return -1;
        }
    }
    void skip_string() noexcept {
        for (int c = take(); c != '"' && good; c = take()) {
            if (c == '\\') take();
        }
    }

    std::FILE* file_;
    u64 left_;
    int next_ = -1;
    bool have_ = false;
    char* capture_ = nullptr;
    u64 capture_bytes_ = 0, captured_ = 0;
    bool capturing_ = false;
};

}  // namespace nncc::detail
