// One pass over the bytes of a CSV file, record by record.
#include <string_view>

#include "data/csv.h"
#include "data/data_error.h"
#include "data/diagnostic_kinds.h"

namespace nncc {

CsvReader::CsvReader(std::string_view bytes, std::string path, char delimiter)
    : bytes_(bytes), path_(std::move(path)), delimiter_(delimiter) {
    if (bytes_.starts_with("\xef\xbb\xbf")) position_ = 3;  // the byte order mark of UTF-8
}

Error CsvReader::malformed(const std::string& why, std::string hint) const {
    return wrong_data(kCsvMalformed, fmt::format("line {} of `{}`: {}", line_, path_, why), std::move(hint));
}

bool CsvReader::take_line_end() {
    std::string_view rest = bytes_.substr(position_, 2);
    if (rest.starts_with('\n')) {
        position_ += 1;
    } else if (rest == "\r\n") {
        position_ += 2;
    } else {
        return false;
    }
    ++line_;
    return true;
}

Expected<> CsvReader::read_quoted(CsvField& field) {
    std::int64_t opening_line = line_;
    field.quoted = true;
    ++position_;
    while (true) {
        // The limit also bounds what an unclosed quote near the start of a large file costs.
        std::size_t quote = bytes_.substr(position_, kMaxRecordBytes).find('"');
        if (quote == std::string_view::npos) {
            if (bytes_.size() - position_ > kMaxRecordBytes) {
                return wrong_data(kCsvLineTooLong,
                                  fmt::format("line {} of `{}`: a quoted field is longer than {} bytes", opening_line,
                                              path_, kMaxRecordBytes),
                                  "is a closing quote missing?");
            }
            line_ = opening_line;
            return malformed("the quote that opens a field is never closed");
        }
        std::string_view content = bytes_.substr(position_, quote);
        for (char c : content) line_ += c == '\n' ? 1 : 0;
        field.text += content;
        position_ += quote + 1;
        if (position_ == bytes_.size() || bytes_[position_] != '"') return Nothing{};
        field.text += '"';
        ++position_;
    }
}

Expected<> CsvReader::read_plain(CsvField& field) {
    const char ends[] = {delimiter_, '\n', '\r', '"', '\0'};
    std::size_t length =
        bytes_.substr(position_, kMaxRecordBytes + 1).find_first_of(std::string_view(ends, sizeof ends));
    if (length == std::string_view::npos) length = std::min(bytes_.size() - position_, kMaxRecordBytes + 1);
    field.text = bytes_.substr(position_, length);
    position_ += length;
    if (position_ == bytes_.size()) return Nothing{};
    if (bytes_[position_] == '"') {
        return malformed("a quote stands inside a field", "quote the whole field, and double the quotes in it");
    }
    if (bytes_[position_] == '\0') {
        return malformed("there is a NUL byte", "is it text? UTF-16 is to be converted to UTF-8 first");
    }
    return Nothing{};
}

Expected<bool> CsvReader::next(std::vector<CsvField>& fields) {
    std::int64_t blank_line = 0;
    while (true) {
        std::size_t before = position_;
        if (!take_line_end()) break;
        if (blank_line == 0 && before != 0) blank_line = line_ - 1;
        if (before == 0) blank_line = 1;
    }
    if (position_ == bytes_.size()) return false;
    if (blank_line != 0) {
        line_ = blank_line;
        return malformed("it is blank, but more lines follow", "remove the line, or fill it");
    }

    record_begin_ = position_;
    record_line_ = line_;
    std::size_t count = 0;
    while (true) {
        if (count == fields.size()) fields.emplace_back();
        CsvField& field = fields[count++];
        field.text.clear();
        field.quoted = false;
        bool quoted = position_ < bytes_.size() && bytes_[position_] == '"';
        if (Expected<> read = quoted ? read_quoted(field) : read_plain(field); !read) return read.error();
        if (position_ - record_begin_ > kMaxRecordBytes) {
            return wrong_data(kCsvLineTooLong, fmt::format("line {} of `{}` is longer than {} bytes", record_line_,
                                                           path_, kMaxRecordBytes));
        }
        if (position_ < bytes_.size() && bytes_[position_] == delimiter_) {
            ++position_;
            continue;
        }
        if (position_ == bytes_.size() || take_line_end()) break;
        if (bytes_[position_] == '\r') return malformed("a carriage return stands without a line feed");
        return malformed("text follows a closing quote", "double the quotes inside a quoted field");
    }
    fields.resize(count);
    return true;
}

}  // namespace nncc
