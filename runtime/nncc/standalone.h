// The main program of `nncc build`: CSV rows on standard input, predictions on standard output; needs the C library
// only.
//
// With a header line, columns are found by name and others are ignored; without one, a row holds exactly the model's
// inputs, in order. A row that does not fit ends the program with exit code 1 and its line number.
#pragma once

#include "nncc/types.h"

extern "C" {
__INTPTR_TYPE__ read(int file, void* bytes, __SIZE_TYPE__ count);
__INTPTR_TYPE__ write(int file, const void* bytes, __SIZE_TYPE__ count);
double strtod(const char* text, char** end);
int snprintf(char* text, __SIZE_TYPE__ size, const char* format, ...);
int strcmp(const char* a, const char* b);
struct nncc_timespec {
    long seconds;
    long nanoseconds;
};
int nncc_clock_gettime(int clock, struct nncc_timespec* time) __asm__("clock_gettime");
}

namespace nncc {

struct Standalone {
    const char* name;            // of the model
    const char* const* columns;  // names of the inputs' columns, in order
    int inputs;                  // values in a row
    int outputs;                 // values in a prediction
    void (*predict)(const double* row, double* prediction);
};

namespace standalone {

inline constexpr int kBufferBytes = 1 << 20;  // a line may not be longer
inline constexpr int kMaxColumns = 1 << 16;
inline constexpr int kLatencyRows = 1 << 10;

struct Text {
    char* begin;
    char* end;
};

inline void say(const char* text, int size) {
    while (size > 0) {
        const auto written = write(2, text, static_cast<__SIZE_TYPE__>(size));
        if (written <= 0) return;
        text += written;
        size -= static_cast<int>(written);
    }
}

template <class... Values>
void complain(const char* format, Values... values) {
    char text[512];
    const int size = snprintf(text, sizeof text, format, values...);
    say(text, size < 511 ? size : 511);
}

// Lines of standard input without their ends; `more` is false after the last.
class Lines {
  public:
    Text next(bool& more, bool& too_long) {
        too_long = false;
        for (;;) {
            for (char* at = scan_; at < end_; ++at) {
                if (*at != '\n') continue;
                const Text line{begin_, at};
                begin_ = scan_ = at + 1;
                more = true;
                return trimmed(line);
            }
            scan_ = end_;
            if (at_end_) {
                more = begin_ < end_;
                const Text line{begin_, end_};
                begin_ = end_;
                return trimmed(line);
            }
            fill(too_long);
            if (too_long) {
                more = true;
                return {begin_, begin_};
            }
        }
    }

  private:
    static Text trimmed(Text line) {
        if (line.end > line.begin && line.end[-1] == '\r') --line.end;
        *line.end = '\0';  // strtod stops here; the buffer has a spare byte
        return line;
    }

    void fill(bool& too_long) {
        const auto left = end_ - begin_;
        if (begin_ != buffer_) __builtin_memmove(buffer_, begin_, static_cast<__SIZE_TYPE__>(left));
        begin_ = buffer_;
        end_ = scan_ = buffer_ + left;
        if (left == kBufferBytes) {
            too_long = true;
            return;
        }
        const auto got = read(0, end_, static_cast<__SIZE_TYPE__>(kBufferBytes - left));
        if (got <= 0) {
            at_end_ = true;
        } else {
            end_ += got;
        }
    }

    char buffer_[kBufferBytes + 1];
    char* begin_ = buffer_;
    char* scan_ = buffer_;
    char* end_ = buffer_;
    bool at_end_ = false;
};

class Output {
  public:
    bool put(const char* text, int size) {
        if (used_ + size > static_cast<int>(sizeof bytes_) && !flush()) return false;
        __builtin_memcpy(bytes_ + used_, text, static_cast<__SIZE_TYPE__>(size));
        used_ += size;
        return true;
    }
    bool flush() {
        for (int at = 0; at < used_;) {
            const auto written = write(1, bytes_ + at, static_cast<__SIZE_TYPE__>(used_ - at));
            if (written <= 0) return false;
            at += static_cast<int>(written);
        }
        used_ = 0;
        return true;
    }

  private:
    char bytes_[1 << 16];
    int used_ = 0;
};

// One cell from `at` on; quotes are dropped. Leaves `at` behind the comma, or at null after the last cell.
inline Text cell(char*& at, char* end) {
    while (at < end && (*at == ' ' || *at == '\t')) ++at;
    Text text{at, at};
    if (at < end && *at == '"') {
        text.begin = ++at;
        while (at < end && *at != '"') ++at;
        text.end = at;
        while (at < end && *at != ',') ++at;
    } else {
        while (at < end && *at != ',') ++at;
        text.end = at;
        while (text.end > text.begin && (text.end[-1] == ' ' || text.end[-1] == '\t')) --text.end;
    }
    at = at < end ? at + 1 : nullptr;
    *text.end = '\0';
    return text;
}

inline bool number(Text text, double& value) {
    char* end = nullptr;
    value = strtod(text.begin, &end);
    return end == text.end && text.end > text.begin && value - value == 0;
}

// Which column of the file feeds each input; the identity without a header.
struct Columns {
    int of_input[kMaxColumns];
    bool wanted[kMaxColumns];
    int count;
};

inline double nanoseconds_now() {
    nncc_timespec time{};
    nncc_clock_gettime(1, &time);
    return static_cast<double>(time.seconds) * 1e9 + static_cast<double>(time.nanoseconds);
}

// Times rounds over the rows read: minimum and median of the rounds, per row.
inline void measure(const Standalone& model, const double* rows, int row_count) {
    constexpr int kRounds = 101;
    double rounds[kRounds];
    double prediction[1 << 12];
    const int repeats = row_count < 1000 ? 1000 / row_count + 1 : 1;
    for (double& round : rounds) {
        const double start = nanoseconds_now();
        for (int repeat = 0; repeat < repeats; ++repeat) {
            for (int row = 0; row < row_count; ++row)
                model.predict(rows + static_cast<i64>(row) * model.inputs, prediction);
        }
        round = (nanoseconds_now() - start) / (static_cast<double>(repeats) * row_count);
    }
    for (int i = 1; i < kRounds; ++i) {
        for (int j = i; j > 0 && rounds[j] < rounds[j - 1]; --j) {
            const double swapped = rounds[j];
            rounds[j] = rounds[j - 1];
            rounds[j - 1] = swapped;
        }
    }
    complain("%s: %.1f ns per row (median of %d rounds; minimum %.1f)\n", model.name, rounds[kRounds / 2], kRounds,
             rounds[0]);
}

inline int help(const Standalone& model) {
    complain(
        "%s: reads CSV rows of %d values on standard input, writes %d a row to standard output\n"
        "  --latency   times the model on the rows read instead, and prints nanoseconds per row\n",
        model.name, model.inputs, model.outputs);
    return 0;
}

// All state of a run; static, since it is larger than a stack should hold.
struct Run {
    Lines lines;
    Output output;
    Columns columns;
    double row[kMaxColumns];
    double cells[kMaxColumns];
    double kept[1 << 20];  // --latency
    int kept_rows;
};

// The header line, when the first line is one: 0, or the exit code.
inline int read_header(Run& run, const Standalone& model, Text line) {
    for (int input = 0; input < model.inputs; ++input) run.columns.of_input[input] = -1;
    int column = 0;
    for (char* at = line.begin; at != nullptr; ++column) {
        const Text name = cell(at, line.end);
        for (int input = 0; input < model.inputs; ++input) {
            if (column < kMaxColumns && strcmp(name.begin, model.columns[input]) == 0)
                run.columns.of_input[input] = column;
        }
    }
    run.columns.count = column < kMaxColumns ? column : kMaxColumns;
    for (int other = 0; other < run.columns.count; ++other) run.columns.wanted[other] = false;
    for (int input = 0; input < model.inputs; ++input) {
        if (run.columns.of_input[input] >= 0) {
            run.columns.wanted[run.columns.of_input[input]] = true;
            continue;
        }
        complain("%s: line 1: the header has no column `%s`\n", model.name, model.columns[input]);
        return 1;
    }
    return 0;
}

inline bool is_header(Text line) {
    for (char* at = line.begin; at < line.end; ++at) {
        if ((*at >= 'a' && *at <= 'z' && *at != 'e') || (*at >= 'A' && *at <= 'Z' && *at != 'E') || *at == '_')
            return true;
    }
    return false;
}

inline int read_row(Run& run, const Standalone& model, Text line, int line_number) {
    int column = 0;
    for (char* at = line.begin; at != nullptr; ++column) {
        const Text text = cell(at, line.end);
        if (column >= run.columns.count) continue;
        if (run.columns.wanted[column] && !number(text, run.cells[column])) {
            complain("%s: line %d: column %d: `%.40s` is not a number\n", model.name, line_number, column + 1,
                     text.begin);
            return 1;
        }
    }
    if (column != run.columns.count) {
        complain("%s: line %d: %d values where %d are expected\n", model.name, line_number, column, run.columns.count);
        return 1;
    }
    for (int input = 0; input < model.inputs; ++input) run.row[input] = run.cells[run.columns.of_input[input]];
    return 0;
}

inline bool write_prediction(Run& run, const Standalone& model) {
    double prediction[1 << 12];
    model.predict(run.row, prediction);
    for (int index = 0; index < model.outputs; ++index) {
        char text[40];
        const int size = snprintf(text, sizeof text, index + 1 < model.outputs ? "%.9g," : "%.9g\n", prediction[index]);
        if (!run.output.put(text, size)) return false;
    }
    return true;
}

}  // namespace standalone

inline int run_standalone(int argc, char** argv, const Standalone& model) {
    static standalone::Run run;
    const bool latency = argc == 2 && strcmp(argv[1], "--latency") == 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return standalone::help(model);
    if (argc > 1 && !latency) {
        standalone::help(model);
        return 2;
    }
    run.columns.count = model.inputs;
    for (int input = 0; input < model.inputs; ++input) {
        run.columns.of_input[input] = input;
        run.columns.wanted[input] = true;
    }
    for (int line_number = 1;; ++line_number) {
        bool more = false;
        bool too_long = false;
        const standalone::Text line = run.lines.next(more, too_long);
        if (!more) break;
        if (too_long) {
            standalone::complain("%s: line %d is longer than %d bytes\n", model.name, line_number,
                                 standalone::kBufferBytes);
            return 1;
        }
        if (line.begin == line.end) continue;
        if (line_number == 1 && standalone::is_header(line)) {
            if (const int code = standalone::read_header(run, model, line); code != 0) return code;
            continue;
        }
        if (const int code = standalone::read_row(run, model, line, line_number); code != 0) {
            run.output.flush();
            return code;
        }
        if (latency) {
            if (static_cast<i64>(run.kept_rows + 1) * model.inputs <= (1 << 20) &&
                run.kept_rows < standalone::kLatencyRows) {
                for (int input = 0; input < model.inputs; ++input)
                    run.kept[static_cast<i64>(run.kept_rows) * model.inputs + input] = run.row[input];
                ++run.kept_rows;
            }
        } else if (!standalone::write_prediction(run, model)) {
            return 4;
        }
    }
    if (latency && run.kept_rows > 0) standalone::measure(model, run.kept, run.kept_rows);
    return run.output.flush() ? 0 : 4;
}

}  // namespace nncc
