// Safetensors: the library's files are read, ours are the same bytes each time, and every hostile one is refused by
// name.
#include "interop/safetensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "base/file.h"
#include "interop/diagnostic_kinds.h"

namespace nncc {
namespace {

std::string fixture(const std::string& name) { return NNCC_SOURCE_DIR "/tests/interop/fixtures/" + name; }

std::string length_prefix(std::uint64_t length) {
    std::string bytes(8, '\0');
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i) & 0xff);
    return bytes;
}

std::string file_of(const std::string& header, std::size_t data_bytes = 0) {
    return length_prefix(header.size()) + header + std::string(data_bytes, '\0');
}

// "NN0403: message" of the error, "read" if there is none.
std::string outcome(const std::string& bytes) {
    Expected<WeightFile> weights = parse_safetensors(bytes, "w.safetensors");
    if (weights) return "read";
    EXPECT_EQ(weights.error().exit_code, ExitCode::kWrongInput);
    return std::string(weights.error().kind->code) + ": " + weights.error().message;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

TEST(Safetensors, ReadsWhatTheLibraryWrites) {
    Expected<WeightFile> weights = read_safetensors(fixture("library.safetensors"));
    ASSERT_TRUE(weights) << weights.error().message;
    ASSERT_EQ(weights->tensors.size(), 5U);
    EXPECT_EQ(weights->metadata, (std::map<std::string, std::string>{{"model", "pima"}, {"note", "ünï \"quoted\""}}));
    EXPECT_EQ(weights->tensors[0].name, "dense_1.b");
    EXPECT_EQ(weights->find("dense_1.b")->bytes, bytes_of<double>({-1, 0.25}));
    EXPECT_EQ(weights->find("dense_1.b")->dtype, DType::kF64);
    EXPECT_EQ(weights->find("dense_1.w")->bytes, bytes_of<float>({0, 0.5F, 1, 1.5F, 2, 2.5F}));
    EXPECT_EQ(weights->find("dense_1.w")->shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(weights->find("step")->bytes, bytes_of<std::int32_t>({7}));
    EXPECT_TRUE(weights->find("step")->shape.empty());
    EXPECT_EQ(weights->find("mask")->bytes, std::string("\1\0\1", 3));
    EXPECT_EQ(weights->find("none")->bytes, "");
    EXPECT_EQ(weights->find("absent"), nullptr);
}

WeightFile sample() {
    WeightFile weights;
    weights.tensors = {{"step", DType::kI32, {}, bytes_of<std::int32_t>({7})},
                       {"mask", DType::kBool, {3}, std::string("\1\0\1", 3)},
                       {"b", DType::kF64, {1}, bytes_of<double>({2.5})},
                       {"a", DType::kF32, {2, 1}, bytes_of<float>({1, 2})}};
    weights.metadata = {{"z", "1"}, {"hash", "ab\"c"}};
    return weights;
}

TEST(Safetensors, WritesSortedAlignedBytes) {
    std::string header =
        R"({"__metadata__":{"hash":"ab\"c","z":"1"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},)"
        R"("b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[20,23]},)"
        R"("step":{"dtype":"I32","shape":[],"data_offsets":[16,20]}})";
    while (header.size() % 8 != 0) header += ' ';
    std::string expected = length_prefix(header.size()) + header + bytes_of<double>({2.5}) + bytes_of<float>({1, 2}) +
                           bytes_of<std::int32_t>({7}) + std::string("\1\0\1", 3);
    EXPECT_EQ(write_safetensors(sample()), expected);
    WeightFile reversed = sample();
    std::reverse(reversed.tensors.begin(), reversed.tensors.end());
    EXPECT_EQ(write_safetensors(reversed), expected);
}

TEST(Safetensors, WhatIsWrittenIsReadBack) {
    Expected<WeightFile> weights = parse_safetensors(write_safetensors(sample()), "w");
    ASSERT_TRUE(weights) << weights.error().message;
    EXPECT_EQ(weights->metadata, sample().metadata);
    for (const TensorData& tensor : sample().tensors) {
        const TensorData* found = weights->find(tensor.name);
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->bytes, tensor.bytes);
        EXPECT_EQ(found->shape, tensor.shape);
        EXPECT_EQ(found->dtype, tensor.dtype);
    }
    EXPECT_EQ(outcome(write_safetensors({})), "read");
}

TEST(Safetensors, RefusesWrongSizesOfTheFile) {
    EXPECT_EQ(outcome("1234567"),
              "NN0401: `w.safetensors` has 7 bytes, fewer than the 8 that give its header's length");
    EXPECT_EQ(outcome(length_prefix(100) + "{}"),
              "NN0401: the header of `w.safetensors` claims 100 bytes, but 2 follow");
    EXPECT_EQ(outcome(length_prefix(std::uint64_t{1} << 60) + "{}"),
              "NN0402: the header of `w.safetensors` claims 1152921504606846976 bytes; at most 16777216 are accepted");
    EXPECT_EQ(outcome(length_prefix(~std::uint64_t{0}) + "{}"),
              "NN0402: the header of `w.safetensors` claims 18446744073709551615 bytes; at most 16777216 are accepted");
}

TEST(Safetensors, RefusesHeadersOfAnotherForm) {
    auto header = [](const std::string& json) { return outcome(file_of(json, 4)); };
    const std::string start = "NN0403: the header of `w.safetensors` is invalid: ";
    EXPECT_EQ(header(""), start + "it does not start with `{`");
    EXPECT_EQ(header("[1]"), start + "it does not start with `{`");
    EXPECT_EQ(header("{\"a\":"), start + "it is not valid JSON at byte 6");
    EXPECT_EQ(header("{\"\xff\":{}}"), start + "it is not valid JSON at byte 3");
    EXPECT_EQ(header("{} {}"), start + "it is not valid JSON at byte 4");
    EXPECT_EQ(header("{\"a\":1}"), start + "`a` is the number 1 instead of an object");
    EXPECT_EQ(header("{\"a\":[]}"), start + "`a` is an array instead of an object");
    EXPECT_EQ(header("{\"a\":null}"), start + "`a` is `null` instead of an object");
    EXPECT_EQ(header("{\"a\":{}}"), start + "in tensor `a`: it lacks one of `dtype`, `shape` and `data_offsets`");
    EXPECT_EQ(header("{\"a\":{\"dtype\":1}}"), start + "in tensor `a`: the number 1 is not the value expected here");
    EXPECT_EQ(header("{\"a\":{\"kind\":1}}"), start + "in tensor `a`: `kind` is no field of a tensor");
    EXPECT_EQ(header("{\"a\":{\"shape\":[],\"shape\":[]}}"), start + "in tensor `a`: it has `shape` twice");
    EXPECT_EQ(header("{\"a\":{\"shape\":[-1]}}"), start + "in tensor `a`: the number -1 is no extent");
    EXPECT_EQ(header("{\"a\":{\"shape\":[1.5]}}"), start + "in tensor `a`: the number 1.5 is no extent");
    EXPECT_EQ(header("{\"a\":{\"shape\":[18446744073709551615]}}"),
              start + "in tensor `a`: 18446744073709551615 is no size that can be");
    EXPECT_EQ(header("{\"a\":{\"shape\":[[1]]}}"), start + "in tensor `a`: an array is no extent");
    EXPECT_EQ(header("{\"a\":{\"data_offsets\":[1]}}"),
              start + "in tensor `a`: `data_offsets` has fewer than two numbers");
    EXPECT_EQ(header("{\"a\":{\"data_offsets\":[1,2,3]}}"),
              start + "in tensor `a`: `data_offsets` has more than two numbers");
    EXPECT_EQ(header("{\"__metadata__\":{\"a\":1}}"),
              start + "`a` in `__metadata__` is the number 1 instead of a string");
    EXPECT_EQ(header("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"), start + "`a` occurs twice in `__metadata__`");
    EXPECT_EQ(header("{\"__metadata__\":{},\"__metadata__\":{}}"), start + "`__metadata__` occurs twice");
    std::string axes = "1";
    for (int i = 0; i < 40; ++i) axes += ",1";
    EXPECT_EQ(header("{\"a\":{\"shape\":[" + axes + "]}}"), start + "in tensor `a`: it has more than 32 axes");
}

TEST(Safetensors, RefusesDeepNestingWithoutRecursion) {
    std::string deep = "{\"a\":" + std::string(8 << 20, '[');
    EXPECT_EQ(outcome(file_of(deep)),
              "NN0403: the header of `w.safetensors` is invalid: `a` is an array instead of an object");
    std::string objects = "{";
    for (int i = 0; i < 100000; ++i) objects += "\"a\":{";
    EXPECT_EQ(outcome(file_of(objects)),
              "NN0403: the header of `w.safetensors` is invalid: in tensor `a`: `a` is no field of a tensor");
}

TEST(Safetensors, RefusesTensorsThatDoNotFit) {
    auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets, std::size_t data) {
        return outcome(file_of(
            "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}", data));
    };
    EXPECT_EQ(one("BF16", "[2]", "[0,4]", 4), "NN0404: tensor `a` of `w.safetensors` has type `BF16`");
    EXPECT_EQ(one("F32", "[2]", "[0,4]", 4),
              "NN0405: tensor `a` of `w.safetensors`: F32 [2] needs 8 bytes, but its offsets [0, 4] span 4");
    EXPECT_EQ(
        one("F32", "[4294967296,4294967296]", "[0,4]", 4),
        "NN0405: tensor `a` of `w.safetensors` has shape [4294967296, 4294967296], more elements than can be counted");
    EXPECT_EQ(
        one("F64", "[1152921504606846976]", "[0,4]", 4),
        "NN0405: tensor `a` of `w.safetensors` has shape [1152921504606846976], more elements than can be counted");
    EXPECT_EQ(one("F32", "[2]", "[0,8]", 4),
              "NN0406: tensor `a` of `w.safetensors` has the offsets [0, 8] in 4 bytes of data");
    EXPECT_EQ(one("F32", "[1]", "[4,0]", 4),
              "NN0406: tensor `a` of `w.safetensors` has the offsets [4, 0] in 4 bytes of data");
    EXPECT_EQ(one("F32", "[1]", "[0,4]", 7), "NN0406: the last 3 bytes of `w.safetensors` belong to no tensor");
    EXPECT_EQ(one("BOOL", "[4]", "[0,4]", 4), "read");
    std::string two_is_no_bool = file_of("{\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}") + '\2';
    EXPECT_EQ(outcome(two_is_no_bool),
              "NN0408: tensor `a` of `w.safetensors` is BOOL, but holds a byte other than 0 and 1");
}

TEST(Safetensors, RefusesOverlapsGapsAndTwins) {
    auto two = [](const std::string& first, const std::string& first_offsets, const std::string& second,
                  const std::string& second_offsets) {
        auto entry = [](const std::string& name, const std::string& offsets) {
            return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + offsets + "}";
        };
        return outcome(file_of("{" + entry(first, first_offsets) + "," + entry(second, second_offsets) + "}", 8));
    };
    EXPECT_EQ(two("a", "[0,4]", "b", "[4,8]"), "read");
    EXPECT_EQ(two("a", "[0,4]", "b", "[2,6]"), "NN0406: tensors `a` [0, 4] and `b` [2, 6] of `w.safetensors` overlap");
    EXPECT_EQ(two("a", "[0,4]", "b", "[0,4]"), "NN0406: tensors `a` [0, 4] and `b` [0, 4] of `w.safetensors` overlap");
    EXPECT_EQ(two("b", "[4,8]", "a", "[1,5]"),
              "NN0406: bytes 0 to 1 of the data of `w.safetensors`, before tensor `a`, belong to none");
    EXPECT_EQ(two("a", "[0,4]", "a", "[4,8]"), "NN0407: `w.safetensors` has two tensors named `a`");
}

TEST(Safetensors, EveryTruncationAndExtensionIsRefused) {
    std::string whole = write_safetensors(sample());
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_NE(outcome(whole.substr(0, size)), "read") << size;
    EXPECT_NE(outcome(whole + '\0'), "read");
}

// Any change is either refused or gives tensors that fit their shapes; under a sanitiser this is the memory test.
TEST(Safetensors, ChangedBytesAreRefusedOrConsistent) {
    constexpr unsigned kSeed = 1;
    SCOPED_TRACE(kSeed);
    std::mt19937 random(kSeed);
    std::string whole = write_safetensors(sample());
    for (int trial = 0; trial < 20000; ++trial) {
        std::string bytes = whole;
        for (unsigned i = 0; i <= random() % 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        Expected<WeightFile> weights = parse_safetensors(bytes, "w");
        if (!weights) continue;
        for (const TensorData& tensor : weights->tensors) {
            std::size_t size = tensor.dtype == DType::kF64 ? 8 : tensor.dtype == DType::kBool ? 1 : 4;
            for (std::int64_t extent : tensor.shape) size *= static_cast<std::size_t>(extent);
            ASSERT_EQ(tensor.bytes.size(), size);
        }
    }
}

TEST(Safetensors, MissingFileIsAnErrorOfTheEnvironment) {
    Expected<WeightFile> weights = read_safetensors("/nonexistent/w.safetensors");
    ASSERT_FALSE(weights);
    EXPECT_EQ(weights.error().kind, &kFileUnreadable);
    EXPECT_EQ(weights.error().exit_code, ExitCode::kEnvironment);
}

}  // namespace
}  // namespace nncc
