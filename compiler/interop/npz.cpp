// A zip archive of .npy members to arrays, through libzip.
#include "interop/npz.h"

#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <memory>

#include "base/diagnostics.h"
#include "base/file.h"
#include "interop/diagnostic_kinds.h"
#include "interop/npy.h"

namespace nncc {

namespace {

struct DiscardArchive {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;

struct CloseMember {
    void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using OpenMember = std::unique_ptr<zip_file_t, CloseMember>;

struct Member {
    std::string name;  // without ".npy"
    zip_uint64_t index = 0;
};

struct Npz {
    std::string path;
    std::int64_t file_bytes = 0;
    Archive archive;
    std::vector<Member> members;  // by name
};

Error invalid_npz(const std::string& path, const std::string& why) {
    return {.kind = &kArchiveInvalid,
            .message = fmt::format("`{}` is no npz archive that can be read: {}", path, why),
            .exit_code = ExitCode::kWrongInput};
}

// libzip's words start with a capital; "CRC" keeps its own.
std::string lower_first(std::string text) {
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

Expected<Npz> open_npz(const std::string& path) {
    Npz npz;
    npz.path = path;
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0) {
        return Error{.kind = &kFileUnreadable, .message = fmt::format("cannot read `{}`: there is no such file", path)};
    }
    if (!S_ISREG(status.st_mode)) return invalid_npz(path, "it is no regular file");
    npz.file_bytes = status.st_size;
    int code = 0;
    npz.archive.reset(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (npz.archive == nullptr) {
        zip_error_t reason;
        zip_error_init_with_code(&reason, code);
        std::string text = lower_first(zip_error_strerror(&reason));
        zip_error_fini(&reason);
        return invalid_npz(path, text);
    }
    zip_int64_t count = zip_get_num_entries(npz.archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* raw = zip_get_name(npz.archive.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
        std::string name = raw == nullptr ? "" : raw;
        if (!name.ends_with(".npy")) continue;
        name.resize(name.size() - 4);
        npz.members.push_back({std::move(name), static_cast<zip_uint64_t>(i)});
    }
    std::sort(npz.members.begin(), npz.members.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
    for (std::size_t i = 1; i < npz.members.size(); ++i) {
        if (npz.members[i - 1].name == npz.members[i].name) {
            return invalid_npz(path, fmt::format("it has two arrays named `{}`", npz.members[i].name));
        }
    }
    return npz;
}

Expected<NumpyArray> read_member(const Npz& npz, const Member& member, std::int64_t& value_bytes_left) {
    zip_stat_t status;
    zip_stat_init(&status);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(npz.archive.get(), member.index, 0, &status) != 0 || (status.valid & kNeeded) != kNeeded ||
        status.size > static_cast<zip_uint64_t>(INT64_MAX)) {
        return invalid_npz(npz.path, fmt::format("the size of array `{}` is unknown", member.name));
    }
    if (status.encryption_method != ZIP_EM_NONE) {
        return invalid_npz(npz.path, fmt::format("array `{}` is encrypted", member.name));
    }
    if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE) {
        return invalid_npz(
            npz.path, fmt::format("array `{}` is compressed by method {}; only stored and deflated ones can be read",
                                  member.name, status.comp_method));
    }
    OpenMember opened(zip_fopen_index(npz.archive.get(), member.index, 0));
    if (opened == nullptr) {
        return invalid_npz(npz.path,
                           fmt::format("array `{}`: {}", member.name, lower_first(zip_strerror(npz.archive.get()))));
    }
    ReadBytes read = [&opened](char* buffer, std::int64_t size) {
        return static_cast<std::int64_t>(zip_fread(opened.get(), buffer, static_cast<zip_uint64_t>(size)));
    };
    Expected<NumpyArray> array =
        decode_npy(read, static_cast<std::int64_t>(status.size), member.name, value_bytes_left);
    if (!array && array.error().kind == nullptr) {
        return invalid_npz(npz.path, fmt::format("array `{}`: {}", member.name,
                                                 lower_first(zip_error_strerror(zip_file_get_error(opened.get())))));
    }
    return array;
}

std::vector<std::string> names_of(const Npz& npz) {
    std::vector<std::string> names;
    names.reserve(npz.members.size());
    for (const Member& member : npz.members) names.push_back(member.name);
    return names;
}

Expected<std::vector<NumpyArray>> read_members(const Npz& npz, const std::vector<Member>& members,
                                               const NumpyLimits& limits) {
    std::int64_t value_bytes_left = value_byte_limit(limits, npz.file_bytes);
    std::vector<NumpyArray> arrays;
    for (const Member& member : members) {
        Expected<NumpyArray> array = read_member(npz, member, value_bytes_left);
        if (!array) return array.error();
        arrays.push_back(std::move(*array));
    }
    return arrays;
}

}  // namespace

Expected<std::vector<NumpyArray>> read_npz(const std::string& path, const NumpyLimits& limits) {
    Expected<Npz> npz = open_npz(path);
    if (!npz) return npz.error();
    return read_members(*npz, npz->members, limits);
}

Expected<std::vector<NumpyArray>> read_npz(const std::string& path, const std::vector<std::string>& names,
                                           const NumpyLimits& limits) {
    Expected<Npz> npz = open_npz(path);
    if (!npz) return npz.error();
    std::vector<Member> wanted;
    for (const std::string& name : names) {
        auto found =
            std::find_if(npz->members.begin(), npz->members.end(), [&](const Member& m) { return m.name == name; });
        if (found == npz->members.end()) {
            std::vector<std::string> all = names_of(*npz);
            std::string nearest = nearest_name(name, all);
            constexpr std::size_t kListed = 20;
            std::string listed = fmt::format(
                "{}",
                fmt::join(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kListed)), ", "));
            return Error{.kind = &kArrayMissing,
                         .message = fmt::format("`{}` has no array `{}`", path, name),
                         .hint = nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest),
                         .notes = {fmt::format("its arrays: {}{}", listed, all.size() > kListed ? ", ..." : "")},
                         .exit_code = ExitCode::kWrongInput};
        }
        wanted.push_back(*found);
    }
    return read_members(*npz, wanted, limits);
}

Expected<std::vector<std::string>> list_npz(const std::string& path) {
    Expected<Npz> npz = open_npz(path);
    if (!npz) return npz.error();
    return names_of(*npz);
}

}  // namespace nncc
