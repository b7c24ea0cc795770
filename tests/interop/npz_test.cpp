// NumPy's files: all types and orders read as NumPy meant them, and every hostile one refused before memory is used.
#include "interop/npz.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>

#include "base/file.h"
#include "interop/diagnostic_kinds.h"

namespace nncc {
namespace {

using Shape = std::vector<std::int64_t>;

std::string fixture(const std::string& name) { return NNCC_SOURCE_DIR "/tests/interop/fixtures/" + name; }

// A folder of this test's own, removed at its end.
class NpzTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "nncc_npz_XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string path(const std::string& name) const { return folder_ + "/" + name; }

    // A zip archive with one member.
    std::string archive(const std::string& member, const std::string& content, int method = ZIP_CM_STORE) const {
        std::string file = path("a.npz");
        std::filesystem::remove(file);
        int code = 0;
        zip_t* zip = zip_open(file.c_str(), ZIP_CREATE, &code);
        zip_int64_t index =
            zip_file_add(zip, member.c_str(), zip_source_buffer(zip, content.data(), content.size(), 0), 0);
        zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), method, 0);
        EXPECT_EQ(zip_close(zip), 0);
        return file;
    }

  private:
    std::string folder_;
};

// Unlike write_file_atomically, without waiting for the disk.
void write_plainly(const std::string& path, const std::string& bytes) {
    std::FILE* out = std::fopen(path.c_str(), "wb");
    ASSERT_NE(out, nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), out);
    std::fclose(out);
}

std::string npy(const std::string& literal, const std::string& data, int version = 1) {
    std::string bytes = "\x93NUMPY";
    bytes += static_cast<char>(version);
    bytes += '\0';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(literal.size() >> (8 * i) & 0xff);
    return bytes + literal + data;
}

std::string outcome(const std::string& bytes, const NumpyLimits& limits = {}) {
    Expected<NumpyArray> array = parse_npy(bytes, "x", limits);
    if (array) return "read";
    return fmt::format("{}: {}", array.error().kind->code, array.error().message);
}

template <class T>
std::string outcome_of(const Expected<T>& result) {
    return result ? "read" : fmt::format("{}: {}", result.error().kind->code, result.error().message);
}

std::string no_archive(const std::string& path, const std::string& why) {
    return fmt::format("NN0411: `{}` is no npz archive that can be read: {}", path, why);
}

class NumpyFiles : public testing::TestWithParam<const char*> {};

TEST_P(NumpyFiles, AreReadAsNumpyMeantThem) {
    Expected<std::vector<NumpyArray>> arrays = read_npz(fixture(GetParam()));
    ASSERT_TRUE(arrays) << arrays.error().message;
    std::vector<std::string> names;
    for (const NumpyArray& array : *arrays) {
        names.push_back(array.name);
        if (array.values.size() != 24) continue;
        SCOPED_TRACE(array.name);
        EXPECT_EQ(array.shape, (Shape{2, 3, 4}));
        for (int i = 0; i < 24; ++i) {
            double expected = array.dtype == "f4"   ? i / 4.0
                              : array.dtype == "f8" ? i / 3.0
                              : array.dtype == "i4" ? i - 12
                              : array.dtype == "i8" ? i * 0x1p40
                              : array.dtype == "u1" ? i * 10 % 256
                                                    : i % 3 == 0;
            EXPECT_EQ(array.values[static_cast<std::size_t>(i)], expected) << i;
        }
    }
    EXPECT_EQ(names, (std::vector<std::string>{"b1", "empty", "f4", "f4_fortran", "f8", "i4", "i4_fortran", "i8",
                                               "scalar", "u1", "vector"}));
    EXPECT_EQ(*list_npz(fixture(GetParam())), names);
    EXPECT_EQ((*arrays)[1].shape, (Shape{0, 3}));
    EXPECT_TRUE((*arrays)[1].values.empty());
    EXPECT_EQ((*arrays)[8].shape, Shape{});
    EXPECT_EQ((*arrays)[8].values, std::vector<double>{2.5});
}

INSTANTIATE_TEST_SUITE_P(Npz, NumpyFiles, testing::Values("numpy_stored.npz", "numpy_deflated.npz"));

TEST(Npy, AllThreeVersionsAreRead) {
    for (const char* name : {"version_1.npy", "version_2.npy", "version_3.npy"}) {
        Expected<NumpyArray> array = read_npy(fixture(name));
        ASSERT_TRUE(array) << array.error().message;
        EXPECT_EQ(array->name + ".npy", name);
        ASSERT_EQ(array->values.size(), 24U);
        for (int i = 0; i < 24; ++i) EXPECT_EQ(array->values[static_cast<std::size_t>(i)], i / 4.0);
    }
}

TEST(Npz, NamedArraysComeInTheOrderAsked) {
    Expected<std::vector<NumpyArray>> arrays =
        read_npz(NNCC_SOURCE_DIR "/tests/data/traces/open_pima_mlp_adam.npz", {"Y", "X"});
    ASSERT_TRUE(arrays) << arrays.error().message;
    ASSERT_EQ(arrays->size(), 2U);
    EXPECT_EQ((*arrays)[0].shape, (Shape{768, 1}));
    EXPECT_EQ((*arrays)[1].shape, (Shape{768, 8}));
    double sum = 0;
    for (double value : (*arrays)[1].values) sum += value;
    EXPECT_NEAR(sum, 0, 1e-3);  // standardised: 6144 values, each rounded to 2^-24 of a few units
}

TEST(Npz, UnknownArrayIsNamedWithItsNeighbours) {
    Expected<std::vector<NumpyArray>> arrays = read_npz(fixture("numpy_stored.npz"), {"vectr"});
    ASSERT_FALSE(arrays);
    EXPECT_EQ(arrays.error().kind, &kArrayMissing);
    EXPECT_EQ(arrays.error().message, "`" + fixture("numpy_stored.npz") + "` has no array `vectr`");
    EXPECT_EQ(arrays.error().hint, "did you mean `vector`?");
    EXPECT_EQ(arrays.error().notes[0],
              "its arrays: b1, empty, f4, f4_fortran, f8, i4, i4_fortran, i8, scalar, u1, vector");
}

TEST(Npy, RefusesHeadersOfAnotherForm) {
    const std::string start = "NN0412: the header of array `x` is invalid: ";
    EXPECT_EQ(outcome(""), start + "it is shorter than 8 bytes");
    EXPECT_EQ(outcome("NUMPY ARRAY"), start + "it does not start with \\x93NUMPY");
    EXPECT_EQ(outcome(npy("{}", "", 4)), start + "version 4.0 is none of 1.0, 2.0 and 3.0");
    EXPECT_EQ(outcome(npy("{}", "")), start + "it lacks one of `descr`, `fortran_order` and `shape`");
    EXPECT_EQ(outcome(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12)),
              start + "it claims 4294967295 bytes; at most 65536 are accepted");
    EXPECT_EQ(outcome(std::string("\x93NUMPY\1\0\xff\x0f{", 11)), start + "it is cut short");
    EXPECT_EQ(outcome(npy("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,), }", "")),
              start + "`fortran_order` is neither True nor False");
    EXPECT_EQ(outcome(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "")),
              start + "`shape` is no tuple of up to 32 sizes");
    EXPECT_EQ(outcome(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "")),
              start + "`shape` is no tuple of up to 32 sizes");
    EXPECT_EQ(outcome(npy("{'descr': '<f4', 'descr': '<f4'}", "")),
              start + "the key `descr` is unknown or occurs twice");
    EXPECT_EQ(outcome(npy("{'descr': '<f4', 'x': 1}", "")), start + "the key `x` is unknown or occurs twice");
    EXPECT_EQ(outcome(npy("{'descr': '<f4' 'shape': (1,)}", "")), start + "a comma is missing");
    EXPECT_EQ(outcome(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), } exec()", "")),
              start + "text follows the closing `}`");
    EXPECT_EQ(outcome(npy("__import__('os')", "")), start + "it does not start with `{`");
}

TEST(Npy, RefusesOtherTypes) {
    auto of = [](const std::string& descr) {
        return outcome(npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': (1,), }", "1234"));
    };
    EXPECT_EQ(of("'>f4'"), "NN0413: array `x` has elements of type `>f4`");
    EXPECT_EQ(of("'<f2'"), "NN0413: array `x` has elements of type `<f2`");
    EXPECT_EQ(of("'|O'"), "NN0413: array `x` has elements of type `|O`");
    EXPECT_EQ(of("[('a', '<f4')]"), "NN0413: array `x` has elements of type a structure");
}

TEST(Npy, RefusesSizesThatDoNotFit) {
    auto of = [](const std::string& shape, const std::string& data, NumpyLimits limits = {}) {
        return outcome(npy("{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }", data), limits);
    };
    EXPECT_EQ(of("(2,)", "12"), "read");
    EXPECT_EQ(of("(2,)", "1"), "NN0414: array `x`: u1 (2) needs 2 bytes, but 1 follow its header");
    EXPECT_EQ(of("(2,)", "123"), "NN0414: array `x`: u1 (2) needs 2 bytes, but 3 follow its header");
    EXPECT_EQ(of("(4611686018427387904,)", "1"),
              "NN0415: array `x` has shape (4611686018427387904), more elements than can be counted");
    EXPECT_EQ(of("(4294967296, 4294967296)", "1"),
              "NN0415: array `x` has shape (4294967296, 4294967296), more elements than can be counted");
    EXPECT_EQ(of("(1000,)", std::string(1000, '1'), {.value_bytes = 7999}),
              "NN0415: array `x` needs 8000 bytes of memory, and 7999 are left for this file");
    EXPECT_EQ(of("(1000,)", std::string(1000, '1'), {.value_bytes = 8000}), "read");
}

TEST_F(NpzTest, ABombIsRefusedBeforeItIsUnpacked) {
    // 100 MB of zeros in about 100 KB: 800 MB as doubles.
    std::string literal = "{'descr': '|u1', 'fortran_order': False, 'shape': (100000000,), }";
    std::string file = archive("x.npy", npy(literal, std::string(100000000, '\0')), ZIP_CM_DEFLATE);
    std::int64_t limit = (std::int64_t{64} << 20) + 4 * static_cast<std::int64_t>(std::filesystem::file_size(file));
    EXPECT_EQ(outcome_of(read_npz(file)), "NN0415: array `x` needs 800000000 bytes of memory, and " +
                                              std::to_string(limit) + " are left for this file");
}

TEST_F(NpzTest, ArchivesOfAnotherKindAreRefused) {
    EXPECT_EQ(outcome_of(read_npz(path("none.npz"))),
              fmt::format("NN0501: cannot read `{}`: there is no such file", path("none.npz")));
    EXPECT_EQ(outcome_of(read_npz(path(""))), no_archive(path(""), "it is no regular file"));
    write_plainly(path("text.npz"), "hello");
    EXPECT_EQ(outcome_of(read_npz(path("text.npz"))), no_archive(path("text.npz"), "not a zip archive"));
    std::string file =
        archive("x.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", "1"), ZIP_CM_BZIP2);
    EXPECT_EQ(outcome_of(read_npz(file)),
              no_archive(file, "array `x` is compressed by method 12; only stored and deflated ones can be read"));
}

TEST_F(NpzTest, AChangedValueFailsItsChecksum) {
    std::string file = archive("x.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (8,), }", "abcdefgh"));
    std::string bytes = *read_file(file);
    bytes[bytes.find("abcdefgh")] = 'A';
    write_plainly(file, bytes);
    EXPECT_EQ(outcome_of(read_npz(file)), no_archive(file, "array `x`: CRC error"));
}

TEST_F(NpzTest, EveryTruncationIsRefusedAndNoChangeCrashes) {
    std::string whole = *read_file(fixture("numpy_deflated.npz"));
    std::string file = path("changed.npz");
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        write_plainly(file, whole.substr(0, size));
        EXPECT_NE(outcome_of(read_npz(file)), "read") << size;
    }
    constexpr unsigned kSeed = 1;
    SCOPED_TRACE(kSeed);
    std::mt19937 random(kSeed);
    for (int trial = 0; trial < 500; ++trial) {
        std::string bytes = whole;
        for (unsigned i = 0; i <= random() % 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        write_plainly(file, bytes);
        Expected<std::vector<NumpyArray>> arrays = read_npz(file);
        if (!arrays) {
            EXPECT_NE(arrays.error().kind, nullptr);
        }
    }
}

TEST(Npy, ChangedBytesAreRefusedOrConsistent) {
    constexpr unsigned kSeed = 2;
    SCOPED_TRACE(kSeed);
    std::mt19937 random(kSeed);
    std::string whole = *read_file(fixture("version_1.npy"));
    for (int trial = 0; trial < 20000; ++trial) {
        std::string bytes = whole;
        bytes[random() % 128] = static_cast<char>(random());
        Expected<NumpyArray> array = parse_npy(bytes, "x");
        if (!array) continue;
        std::size_t count = 1;
        for (std::int64_t extent : array->shape) count *= static_cast<std::size_t>(extent);
        ASSERT_EQ(array->values.size(), count);
    }
}

}  // namespace
}  // namespace nncc
