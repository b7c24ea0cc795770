// .npy bytes to doubles in row-major order, 64 KiB at a time.
#include "interop/npy.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/file.h"
#include "interop/diagnostic_kinds.h"
#include "interop/npy_header.h"

namespace nncc {

namespace {

constexpr std::int64_t kMaxNpyHeaderBytes = 65536;
constexpr std::int64_t kChunkElements = 8192;
constexpr std::string_view kMagic = "\x93NUMPY";

template <class T>
double element(const char* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<double>(value);
}

using ElementReader = double (*)(const char*);

ElementReader element_reader(const std::string& dtype) {
    if (dtype == "f4") return element<float>;
    if (dtype == "f8") return element<double>;
    if (dtype == "i4") return element<std::int32_t>;
    if (dtype == "i8") return element<std::int64_t>;
    if (dtype == "u1") return element<std::uint8_t>;
    NNCC_CHECK(dtype == "b1", "array dtype {}", dtype);
    return [](const char* bytes) { return *bytes != 0 ? 1.0 : 0.0; };
}

// Where the elements of a file go in row-major order, one after the other.
class Placement {
  public:
    explicit Placement(const NpyHeader& header)
        : shape_(header.shape), strides_(header.shape.size(), 1), index_(header.shape.size(), 0) {
        contiguous_ = !header.fortran_order || shape_.size() < 2;
        for (std::size_t axis = shape_.size(); axis-- > 1;) strides_[axis - 1] = strides_[axis] * shape_[axis];
    }
    std::int64_t next() {
        std::int64_t here = place_;
        if (contiguous_) {
            ++place_;
            return here;
        }
        for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
            place_ += strides_[axis];
            if (++index_[axis] < shape_[axis]) break;
            place_ -= strides_[axis] * shape_[axis];
            index_[axis] = 0;
        }
        return here;
    }

  private:
    std::vector<std::int64_t> shape_, strides_, index_;
    bool contiguous_ = true;
    std::int64_t place_ = 0;
};

Error invalid_npy(const std::string& name, const std::string& why) {
    return {.kind = &kArrayHeaderInvalid,
            .message = fmt::format("the header of array `{}` is invalid: {}", name, why),
            .exit_code = ExitCode::kWrongInput};
}

}  // namespace

std::int64_t value_byte_limit(const NumpyLimits& limits, std::int64_t file_bytes) {
    if (limits.value_bytes > 0) return limits.value_bytes;
    return (std::int64_t{64} << 20) + 4 * std::min(file_bytes, std::int64_t{1} << 50);
}

Expected<NumpyArray> decode_npy(const ReadBytes& read, std::int64_t stream_bytes, const std::string& name,
                                std::int64_t& value_bytes_left) {
    char start[12] = {};
    std::int64_t start_bytes = 10;
    if (std::int64_t count = read(start, 8); count != 8) {
        return count < 0 ? Error{} : invalid_npy(name, "it is shorter than 8 bytes");
    }
    if (std::string_view(start, 6) != kMagic) return invalid_npy(name, "it does not start with \\x93NUMPY");
    int version = static_cast<unsigned char>(start[6]);
    if (version < 1 || version > 3 || start[7] != 0) {
        return invalid_npy(name, fmt::format("version {}.{} is none of 1.0, 2.0 and 3.0", version,
                                             static_cast<unsigned char>(start[7])));
    }
    int length_bytes = version == 1 ? 2 : 4;
    start_bytes = 8 + length_bytes;
    if (std::int64_t count = read(start + 8, length_bytes); count != length_bytes) {
        return count < 0 ? Error{} : invalid_npy(name, "it is cut short");
    }
    std::int64_t header_bytes = 0;
    for (int i = length_bytes; i-- > 0;) header_bytes = header_bytes << 8 | static_cast<unsigned char>(start[8 + i]);
    if (header_bytes > kMaxNpyHeaderBytes) {
        return invalid_npy(
            name, fmt::format("it claims {} bytes; at most {} are accepted", header_bytes, kMaxNpyHeaderBytes));
    }
    std::string literal(static_cast<std::size_t>(header_bytes), '\0');
    if (std::int64_t count = read(literal.data(), header_bytes); count != header_bytes) {
        return count < 0 ? Error{} : invalid_npy(name, "it is cut short");
    }
    Expected<NpyHeader> header = parse_npy_header(literal, name);
    if (!header) return header.error();

    std::int64_t needed = header->elements * header->element_bytes;
    std::int64_t present = stream_bytes - start_bytes - header_bytes;
    if (needed != present) {
        return Error{.kind = &kArraySizeMismatch,
                     .message = fmt::format("array `{}`: {} ({}) needs {} bytes, but {} follow its header", name,
                                            header->dtype, fmt::join(header->shape, ", "), needed, present),
                     .exit_code = ExitCode::kWrongInput};
    }
    if (header->elements * 8 > value_bytes_left) {
        return Error{.kind = &kArrayTooLarge,
                     .message = fmt::format("array `{}` needs {} bytes of memory, and {} are left for this file", name,
                                            header->elements * 8, value_bytes_left),
                     .exit_code = ExitCode::kWrongInput};
    }
    value_bytes_left -= header->elements * 8;

    NumpyArray array = {.name = name, .dtype = header->dtype, .shape = header->shape, .values = {}};
    array.values.resize(static_cast<std::size_t>(header->elements));
    ElementReader value_of = element_reader(header->dtype);
    Placement placement(*header);
    std::string chunk(static_cast<std::size_t>(kChunkElements * header->element_bytes), '\0');
    for (std::int64_t done = 0; done < header->elements;) {
        std::int64_t elements = std::min(kChunkElements, header->elements - done);
        std::int64_t bytes = elements * header->element_bytes;
        if (std::int64_t count = read(chunk.data(), bytes); count != bytes) {
            if (count < 0) return Error{};
            return Error{.kind = &kArraySizeMismatch,
                         .message = fmt::format("array `{}` ends after {} of {} elements", name,
                                                done + count / header->element_bytes, header->elements),
                         .exit_code = ExitCode::kWrongInput};
        }
        for (std::int64_t i = 0; i < elements; ++i) {
            array.values[static_cast<std::size_t>(placement.next())] =
                value_of(chunk.data() + i * header->element_bytes);
        }
        done += elements;
    }
    // Asking for one byte more also makes a zip stream compare its checksum.
    if (std::int64_t count = read(chunk.data(), 1); count != 0) {
        if (count < 0) return Error{};
        return Error{.kind = &kArraySizeMismatch,
                     .message = fmt::format("bytes follow the last element of array `{}`", name),
                     .exit_code = ExitCode::kWrongInput};
    }
    return array;
}

Expected<NumpyArray> parse_npy(std::string_view bytes, const std::string& name, const NumpyLimits& limits) {
    auto size = static_cast<std::int64_t>(bytes.size());
    std::int64_t value_bytes_left = value_byte_limit(limits, size);
    ReadBytes read = [&bytes](char* buffer, std::int64_t wanted) {
        std::size_t count = std::min(bytes.size(), static_cast<std::size_t>(wanted));
        bytes.copy(buffer, count);
        bytes.remove_prefix(count);
        return static_cast<std::int64_t>(count);
    };
    return decode_npy(read, size, name, value_bytes_left);
}

Expected<NumpyArray> read_npy(const std::string& path, const NumpyLimits& limits) {
    Expected<std::string> bytes = read_file(path, std::int64_t{1} << 36);
    if (!bytes) return bytes.error();
    std::size_t slash = path.rfind('/');
    std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    return parse_npy(*bytes, name, limits);
}

}  // namespace nncc
