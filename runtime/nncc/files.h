// Saves and loads a plain struct of tensors as safetensors, by its Tensor table. Off the real-time path: uses C's
// stdio.
#pragma once

#include <cstdio>
#include <cstring>

#include "nncc/api.h"
#include "nncc/files_json.h"

// The format: u64 header length (little-endian), a JSON object name -> {"dtype", "shape", "data_offsets"} with an
// optional
// "__metadata__" object of strings, then the bytes. Nothing here allocates: JSON is read in place through a small
// window.

namespace nncc {

enum class FileStatus : u8 {
    kDone,
    kCannotOpen,
    kCannotRead,
    kCannotWrite,
    kTruncated,
    kBadHeader,
    kMissingTensor,
    kUnknownTensor,
    kWrongType,
    kWrongShape,
    kBadOffsets,
    kMetadataTooLong,
    kNameTooLong,
};

inline const char* file_status_text(FileStatus status) noexcept {
    switch (status) {
        case FileStatus::kDone: return "done";
        case FileStatus::kCannotOpen: return "the file cannot be opened";
        case FileStatus::kCannotRead: return "the file cannot be read";
        case FileStatus::kCannotWrite: return "the file cannot be written";
        case FileStatus::kTruncated: return "the file ends before its tensors do";
        case FileStatus::kBadHeader: return "the header is not that of a safetensors file";
        case FileStatus::kMissingTensor: return "the file lacks a tensor of the model";
        case FileStatus::kUnknownTensor: return "the file has a tensor, or has it twice, that the model has not";
        case FileStatus::kWrongType: return "a tensor's element type is not the model's";
        case FileStatus::kWrongShape: return "a tensor's shape is not the model's";
        case FileStatus::kBadOffsets: return "a tensor's offsets do not fit its shape or the file";
        case FileStatus::kMetadataTooLong: return "the metadata do not fit the buffer given for them";
        case FileStatus::kNameTooLong: return "a path or a tensor's name is too long";
    }
    return "unknown status";
}

inline constexpr const char* safetensors_type(ElementType type) noexcept {
    switch (type) {
        case ElementType::kF32: return "F32";
        case ElementType::kF64: return "F64";
        case ElementType::kI32: return "I32";
        case ElementType::kBool: return "BOOL";
    }
    return "";
}

namespace detail {

inline constexpr u64 kMaxHeaderBytes = u64{100} << 20;  // as the reference implementation
inline constexpr int kMaxTensors = 4096;

struct OpenFile {
    std::FILE* file;
    explicit OpenFile(std::FILE* opened) noexcept : file(opened) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (file != nullptr) std::fclose(file);
    }
    bool close() noexcept {
        std::FILE* const closing = file;
        file = nullptr;
        return std::fclose(closing) == 0;
    }
};

// Writes to a file, or counts only when there is none: the header's length comes before the header.
struct HeaderWriter {
    std::FILE* file;
    u64 bytes = 0;
    bool good = true;
    void text(const char* from, u64 count) noexcept {
        bytes += count;
        if (file != nullptr && std::fwrite(from, 1, count, file) != count) good = false;
    }
    void text(const char* from) noexcept { text(from, std::strlen(from)); }
    void number(u64 value) noexcept {
        char digits[24];
        int at = 24;
        do {
            digits[--at] = static_cast<char>('0' + static_cast<char>(value % 10));
            value /= 10;
        } while (value != 0);
        text(digits + at, static_cast<u64>(24 - at));
    }
};

inline void write_header(HeaderWriter& out, const Tensor* tensors, int count, const char* metadata_json) noexcept {
    out.text("{");
    bool first = true;
    if (metadata_json != nullptr) {
        out.text("\"__metadata__\":");
        out.text(metadata_json);
        first = false;
    }
    u64 offset = 0;
    for (int t = 0; t < count; ++t) {
        const Tensor& tensor = tensors[t];
        out.text(first ? "\"" : ",\"");
        first = false;
        out.text(tensor.name);
        out.text("\":{\"dtype\":\"");
        out.text(safetensors_type(tensor.dtype));
        out.text("\",\"shape\":[");
        for (int axis = 0; axis < tensor.rank; ++axis) {
            if (axis > 0) out.text(",");
            out.number(static_cast<u64>(tensor.extents[axis]));
        }
        out.text("],\"data_offsets\":[");
        out.number(offset);
        offset += tensor.bytes();
        out.text(",");
        out.number(offset);
        out.text("]}");
    }
    out.text("}");
    const char spaces[] = "        ";
    out.text(spaces, (8 - out.bytes % 8) % 8);
}

inline FileStatus read_tensor_entry(JsonReader& in, const Tensor& tensor, u64 data_bytes, u64& begin) noexcept {
    bool have_type = false, have_shape = false, have_offsets = false;
    FileStatus status = FileStatus::kDone;
    in.object([&](const char* key) {
        if (std::strcmp(key, "dtype") == 0) {
            char type[16];
            have_type = in.string(type, sizeof(type));
            if (std::strcmp(type, safetensors_type(tensor.dtype)) != 0) status = FileStatus::kWrongType;
        } else if (std::strcmp(key, "shape") == 0) {
            u64 extents[Tensor::kMaxRank];
            const int rank = in.numbers(extents, Tensor::kMaxRank);
            have_shape = true;
            bool same = rank == tensor.rank;
            for (int axis = 0; same && axis < rank; ++axis)
                same = extents[axis] == static_cast<u64>(tensor.extents[axis]);
            if (!same && status == FileStatus::kDone) status = FileStatus::kWrongShape;
        } else if (std::strcmp(key, "data_offsets") == 0) {
            u64 offsets[2] = {};
            have_offsets = in.numbers(offsets, 2) == 2;
            const bool fits = have_offsets && offsets[0] <= offsets[1] && offsets[1] <= data_bytes;
            if (!fits || offsets[1] - offsets[0] != tensor.bytes()) {
                if (status == FileStatus::kDone) status = FileStatus::kBadOffsets;
            }
            begin = offsets[0];
        } else {
            in.skip_value();
        }
    });
    if (!in.good || !have_type || !have_shape || !have_offsets) return FileStatus::kBadHeader;
    return status;
}

}  // namespace detail

// Writes `path`.new and renames it, so that `path` is the old file or the whole new one. metadata_json: an object of
// strings as JSON text, or null. Names of tensors are those of the table, which have no characters that JSON escapes.
inline FileStatus save_safetensors(const char* path, const Tensor* tensors, int count, const void* weights,
                                   const char* metadata_json = nullptr) noexcept {
    char temporary[4096];
    const int length = std::snprintf(temporary, sizeof(temporary), "%s.new", path);
    if (length < 0 || length >= static_cast<int>(sizeof(temporary))) return FileStatus::kNameTooLong;
    detail::HeaderWriter sized{nullptr};
    detail::write_header(sized, tensors, count, metadata_json);

    detail::OpenFile out(std::fopen(temporary, "wb"));
    if (out.file == nullptr) return FileStatus::kCannotOpen;
    unsigned char prefix[8];
    for (int byte = 0; byte < 8; ++byte) prefix[byte] = static_cast<unsigned char>(sized.bytes >> (8 * byte));
    bool good = std::fwrite(prefix, 1, 8, out.file) == 8;
    detail::HeaderWriter header{out.file};
    detail::write_header(header, tensors, count, metadata_json);
    good = good && header.good;
    for (int t = 0; good && t < count; ++t) {
        const u64 bytes = tensors[t].bytes();
        good = std::fwrite(static_cast<const char*>(weights) + tensors[t].offset, 1, bytes, out.file) == bytes;
    }
    good = good && std::fflush(out.file) == 0;
    good = out.close() && good;
    if (!good || std::rename(temporary, path) != 0) {
        std::remove(temporary);
        return FileStatus::kCannotWrite;
    }
    return FileStatus::kDone;
}

// Every tensor of the table must be in the file, once, with its type and shape, and nothing else; `weights` is written
// only when the whole header was found right. metadata: receives the metadata object's JSON text ("" if none), or null.
inline FileStatus load_safetensors(const char* path, const Tensor* tensors, int count, void* weights,
                                   char* metadata = nullptr, u64 metadata_bytes = 0) noexcept {
    detail::OpenFile in(std::fopen(path, "rb"));
    if (in.file == nullptr) return FileStatus::kCannotOpen;
    if (count > detail::kMaxTensors) return FileStatus::kUnknownTensor;
    unsigned char prefix[8];
    if (std::fread(prefix, 1, 8, in.file) != 8) return FileStatus::kTruncated;
    u64 header_bytes = 0;
    for (int byte = 7; byte >= 0; --byte) header_bytes = header_bytes << 8 | prefix[byte];
    if (header_bytes < 2 || header_bytes > detail::kMaxHeaderBytes) return FileStatus::kBadHeader;
    if (std::fseek(in.file, 0, SEEK_END) != 0) return FileStatus::kCannotRead;
    const long end = std::ftell(in.file);
    if (end < 0) return FileStatus::kCannotRead;
    if (static_cast<u64>(end) - 8 < header_bytes) return FileStatus::kTruncated;
    const u64 data_bytes = static_cast<u64>(end) - 8 - header_bytes;
    if (std::fseek(in.file, 8, SEEK_SET) != 0) return FileStatus::kCannotRead;

    if (metadata != nullptr && metadata_bytes > 0) metadata[0] = '\0';
    u64 begins[detail::kMaxTensors];
    bool found[detail::kMaxTensors] = {};
    FileStatus status = FileStatus::kDone;
    detail::JsonReader json(in.file, header_bytes);
    json.object([&](const char* name) {
        if (status != FileStatus::kDone) return json.skip_value();
        if (std::strcmp(name, "__metadata__") == 0) {
            json.capture(metadata, metadata_bytes);
            json.skip_value();
            if (!json.end_capture()) status = FileStatus::kMetadataTooLong;
            return;
        }
        int t = 0;
        while (t < count && std::strcmp(tensors[t].name, name) != 0) ++t;
        if (t == count || found[t]) {
            status = FileStatus::kUnknownTensor;
            return json.skip_value();
        }
        found[t] = true;
        status = detail::read_tensor_entry(json, tensors[t], data_bytes, begins[t]);
    });
    if (!json.at_end()) return FileStatus::kBadHeader;
    if (status != FileStatus::kDone) return status;
    for (int t = 0; t < count; ++t) {
        if (!found[t]) return FileStatus::kMissingTensor;
    }
    for (int t = 0; t < count; ++t) {
        const u64 bytes = tensors[t].bytes();
        if (std::fseek(in.file, static_cast<long>(8 + header_bytes + begins[t]), SEEK_SET) != 0)
            return FileStatus::kCannotRead;
        unsigned char* const to = static_cast<unsigned char*>(weights) + tensors[t].offset;
        if (std::fread(to, 1, bytes, in.file) != bytes) return FileStatus::kCannotRead;
        if (tensors[t].dtype == ElementType::kBool) {
            for (u64 k = 0; k < bytes; ++k) to[k] = to[k] != 0;
        }
    }
    return FileStatus::kDone;
}

}  // namespace nncc
