// Safetensors: what is saved loads back to the bit, and everything else is refused with its own status and nothing
// written.
#include <gtest/gtest.h>
#include <nncc/files.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace nncc {
namespace {

struct Weights {
    float w[3][2];
    double scale[4];
    int steps;
    bool flags[3];
};
constexpr Tensor kTensors[4] = {{"dense_1.w", TensorKind::kParam, ElementType::kF32, 2, {3, 2}, offsetof(Weights, w)},
                                {"scale", TensorKind::kFit, ElementType::kF64, 1, {4}, offsetof(Weights, scale)},
                                {"steps", TensorKind::kState, ElementType::kI32, 0, {}, offsetof(Weights, steps)},
                                {"flags", TensorKind::kState, ElementType::kBool, 1, {3}, offsetof(Weights, flags)}};
constexpr Weights kWeights{{{1, 2}, {3, 4}, {5, 6}}, {7, 8, 9, 10}, 11, {true, false, true}};

class Files : public testing::Test {
  protected:
    std::string path_ = testing::TempDir() + "nncc_files_test_" + std::to_string(::getpid()) + ".safetensors";
    ~Files() override { std::remove(path_.c_str()); }

    std::string saved(const char* metadata = nullptr) {
        EXPECT_EQ(save_safetensors(path_.c_str(), kTensors, 4, &kWeights, metadata), FileStatus::kDone);
        std::ifstream in(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    // The status of loading a file of these bytes; weights must stay as they were unless it is kDone.
    FileStatus loaded(const std::string& bytes) {
        std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        Weights weights;
        std::memset(&weights, 0x55, sizeof(weights));
        const Weights before = weights;
        const FileStatus status = load_safetensors(path_.c_str(), kTensors, 4, &weights);
        if (status != FileStatus::kDone) {
            EXPECT_EQ(std::memcmp(&weights, &before, sizeof(weights)), 0);
        }
        return status;
    }
    static std::string file_of(std::string header, std::size_t data_bytes) {
        std::string bytes(8, '\0');
        for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
        return bytes + header + std::string(data_bytes, '\1');
    }
    static std::string replaced(std::string text, const std::string& from, const std::string& to) {
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos);
        return text.replace(at, from.size(), to);
    }
    const std::string header_ =
        R"({"dense_1.w":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},"scale":{"dtype":"F64","shape":[4],"data_offsets":[24,56]},)"
        R"("steps":{"dtype":"I32","shape":[],"data_offsets":[56,60]},"flags":{"dtype":"BOOL","shape":[3],"data_offsets":[60,63]}})";
};

TEST_F(Files, RoundTripWithMetadata) {
    const char* metadata = R"({"model":"a \"quoted\" name","epoch":"7"})";
    const std::string bytes = saved(metadata);
    EXPECT_EQ(static_cast<unsigned char>(bytes[0]) % 8, 0);
    Weights weights{};
    char text[100];
    ASSERT_EQ(load_safetensors(path_.c_str(), kTensors, 4, &weights, text, sizeof(text)), FileStatus::kDone);
    EXPECT_STREQ(text, metadata);
    EXPECT_EQ(std::memcmp(weights.w, kWeights.w, sizeof(weights.w)), 0);
    EXPECT_EQ(std::memcmp(weights.scale, kWeights.scale, sizeof(weights.scale)), 0);
    EXPECT_EQ(weights.steps, 11);
    EXPECT_TRUE(weights.flags[0] && !weights.flags[1] && weights.flags[2]);
    EXPECT_EQ(load_safetensors(path_.c_str(), kTensors, 4, &weights, text, 10), FileStatus::kMetadataTooLong);
    EXPECT_EQ(load_safetensors(path_.c_str(), kTensors, 4, &weights), FileStatus::kDone);
}

TEST_F(Files, OtherWritersOrderAndSpacing) {
    std::string spaced;
    for (char c : header_) spaced += c == ',' || c == ':' || c == '{' ? std::string(1, c) + " \n" : std::string(1, c);
    EXPECT_EQ(loaded(file_of(spaced + "   ", 63)), FileStatus::kDone);
    EXPECT_EQ(loaded(file_of(replaced(header_, "{", R"({"__metadata__":{},)"), 63)), FileStatus::kDone);
    EXPECT_EQ(
        loaded(file_of(replaced(header_, R"("dtype":"F64")", R"("extra":[{"a":[1,-2.5e3]},null],"dtype":"F64")"), 63)),
        FileStatus::kDone);
}

TEST_F(Files, EveryTruncationIsRefused) {
    const std::string bytes = saved(R"({"a":"b"})");
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_NE(loaded(bytes.substr(0, size)), FileStatus::kDone) << size;
    EXPECT_EQ(loaded(bytes), FileStatus::kDone);
    EXPECT_EQ(loaded(bytes.substr(0, bytes.size() - 1)),
              FileStatus::kTruncated == loaded(bytes.substr(0, 20)) ? FileStatus::kBadOffsets : FileStatus::kDone);
}

TEST_F(Files, EverySingleByteOfTheHeaderMayBeWrongWithoutHarm) {
    const std::string bytes = file_of(header_, 63);
    for (std::size_t at = 0; at < 8 + header_.size(); ++at) {
        for (char wrong : {'\0', '"', '{', '}', '[', ']', ',', '9', '\\', '\xff'}) {
            std::string changed = bytes;
            changed[at] = wrong;
            loaded(changed);  // any status; the address sanitizer and the check in loaded() watch
        }
    }
}

TEST_F(Files, MismatchesHaveTheirOwnStatus) {
    EXPECT_EQ(loaded(file_of(replaced(header_, "F64", "F32"), 63)), FileStatus::kWrongType);
    EXPECT_EQ(loaded(file_of(replaced(header_, "[3,2]", "[2,3]"), 63)), FileStatus::kWrongShape);
    EXPECT_EQ(loaded(file_of(replaced(header_, "[3,2]", "[1,1,1,1,1,1,1,3,2]"), 63)), FileStatus::kBadHeader);
    EXPECT_EQ(loaded(file_of(replaced(header_, "[60,63]", "[61,64]"), 63)), FileStatus::kBadOffsets);
    EXPECT_EQ(loaded(file_of(replaced(header_, "[60,63]", "[63,60]"), 63)), FileStatus::kBadOffsets);
    EXPECT_EQ(loaded(file_of(replaced(header_, "[60,63]", "[60,99999999999999999999]"), 63)), FileStatus::kBadHeader);
    EXPECT_EQ(loaded(file_of(replaced(header_, "\"scale\"", "\"other\""), 63)), FileStatus::kUnknownTensor);
    EXPECT_EQ(loaded(file_of(replaced(header_, "\"scale\"", "\"flags\""), 63)), FileStatus::kWrongType);
    EXPECT_EQ(
        loaded(file_of(replaced(header_, R"(,"flags":{"dtype":"BOOL","shape":[3],"data_offsets":[60,63]})", ""), 63)),
        FileStatus::kMissingTensor);
    EXPECT_EQ(loaded(file_of(header_ + "x", 63)), FileStatus::kBadHeader);
    EXPECT_EQ(loaded("not a safetensors file at all"), FileStatus::kBadHeader);
    EXPECT_EQ(loaded(""), FileStatus::kTruncated);
}

TEST_F(Files, UnwritableAndMissingPaths) {
    Weights weights{};
    EXPECT_EQ(load_safetensors("/nonexistent/file", kTensors, 4, &weights), FileStatus::kCannotOpen);
    EXPECT_EQ(save_safetensors("/nonexistent/file", kTensors, 4, &weights), FileStatus::kCannotOpen);
    EXPECT_EQ(save_safetensors(std::string(5000, 'x').c_str(), kTensors, 4, &weights), FileStatus::kNameTooLong);
    for (int status = 0; status <= static_cast<int>(FileStatus::kNameTooLong); ++status) {
        EXPECT_STRNE(file_status_text(static_cast<FileStatus>(status)), "unknown status");
    }
}

}  // namespace
}  // namespace nncc
