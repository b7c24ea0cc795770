// JSON events to entries: a small state machine over nlohmann's SAX parser, so depth and memory stay bounded.
#include "interop/safetensors_header.h"

#include <nlohmann/json.hpp>

#include "interop/diagnostic_kinds.h"

namespace nncc {

namespace {

constexpr std::size_t kMaxRank = 32;
// A record costs up to ten times its shortest text, so the size of the header alone does not bound memory.
constexpr std::size_t kMaxTensors = 131072;
constexpr std::size_t kMaxMetadata = 65536;

// The parser keeps one bit per level of nesting, and we stop it at the first level that no header has.
class HeaderEvents final : public nlohmann::json_sax<nlohmann::json> {
  public:
    SafetensorsHeader header;
    std::string problem;  // empty while all is well

    bool null() override { return unexpected("`null`"); }
    bool boolean(bool value) override { return unexpected(value ? "`true`" : "`false`"); }
    bool number_float(number_float_t, const string_t& text) override {
        return unexpected(fmt::format("the number {}", text));
    }
    bool binary(binary_t&) override { return unexpected("binary data"); }
    bool number_integer(number_integer_t value) override { return unexpected(fmt::format("the number {}", value)); }

    bool number_unsigned(number_unsigned_t value) override {
        if (place_ != Place::kShape && place_ != Place::kOffsets)
            return unexpected(fmt::format("the number {}", value));
        if (value > static_cast<std::uint64_t>(INT64_MAX)) return fail(fmt::format("{} is no size that can be", value));
        auto number = static_cast<std::int64_t>(value);
        if (place_ == Place::kShape) {
            if (entry_.shape.size() == kMaxRank) return fail(fmt::format("it has more than {} axes", kMaxRank));
            entry_.shape.push_back(number);
            return true;
        }
        if (offset_count_ == 2) return fail("`data_offsets` has more than two numbers");
        (offset_count_++ == 0 ? entry_.begin : entry_.end) = number;
        return true;
    }

    bool string(string_t& text) override {
        if (place_ == Place::kMetadata && !key_.empty_slot) {
            key_.empty_slot = true;
            if (header.metadata.size() == kMaxMetadata) {
                return fail(fmt::format("`__metadata__` has more than {} entries", kMaxMetadata));
            }
            if (!header.metadata.emplace(key_.text, std::move(text)).second) {
                return fail(fmt::format("`{}` occurs twice in `__metadata__`", key_.text));
            }
            return true;
        }
        if (place_ == Place::kEntry && field_ == Field::kDtype) {
            entry_.dtype = std::move(text);
            field_ = Field::kNone;
            return true;
        }
        return unexpected("a string");
    }

    bool start_object(std::size_t) override {
        switch (place_) {
            case Place::kStart: place_ = Place::kTop; return true;
            case Place::kTop:
                if (key_.text == "__metadata__") {
                    if (had_metadata_) return fail("`__metadata__` occurs twice");
                    had_metadata_ = true;
                    key_.empty_slot = true;
                    place_ = Place::kMetadata;
                    return true;
                }
                if (header.entries.size() == kMaxTensors)
                    return fail(fmt::format("it has more than {} tensors", kMaxTensors));
                entry_ = {};
                entry_.name = std::move(key_.text);
                fields_seen_ = 0;
                place_ = Place::kEntry;
                return true;
            case Place::kMetadata:
            case Place::kEntry:
            case Place::kShape:
            case Place::kOffsets: break;
        }
        return unexpected("an object");
    }

    bool key(string_t& text) override {
        if (place_ != Place::kEntry) {
            key_ = {.text = std::move(text), .empty_slot = false};
            return true;
        }
        field_ = text == "dtype"          ? Field::kDtype
                 : text == "shape"        ? Field::kShape
                 : text == "data_offsets" ? Field::kOffsets
                                          : Field::kNone;
        if (field_ == Field::kNone) return fail(fmt::format("`{}` is no field of a tensor", text));
        unsigned bit = 1U << static_cast<unsigned>(field_);
        if ((fields_seen_ & bit) != 0) return fail(fmt::format("it has `{}` twice", text));
        fields_seen_ |= bit;
        return true;
    }

    bool end_object() override {
        if (place_ == Place::kEntry) {
            if (fields_seen_ != kAllFields) return fail("it lacks one of `dtype`, `shape` and `data_offsets`");
            header.entries.push_back(std::move(entry_));
            entry_ = {};
        }
        place_ = Place::kTop;
        return true;
    }

    bool start_array(std::size_t) override {
        if (place_ == Place::kEntry && field_ == Field::kShape) {
            place_ = Place::kShape;
            return true;
        }
        if (place_ == Place::kEntry && field_ == Field::kOffsets) {
            offset_count_ = 0;
            place_ = Place::kOffsets;
            return true;
        }
        return unexpected("an array");
    }

    bool end_array() override {
        if (place_ == Place::kOffsets && offset_count_ != 2) return fail("`data_offsets` has fewer than two numbers");
        place_ = Place::kEntry;
        field_ = Field::kNone;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        if (problem.empty()) problem = fmt::format("it is not valid JSON at byte {}", position);
        return false;
    }

  private:
    enum class Place { kStart, kTop, kMetadata, kEntry, kShape, kOffsets };
    enum class Field { kNone, kDtype, kShape, kOffsets };
    static constexpr unsigned kAllFields = 2U | 4U | 8U;
    struct Key {
        std::string text;
        bool empty_slot = true;  // its value was seen
    };

    bool fail(const std::string& what) {
        bool in_entry = place_ == Place::kEntry || place_ == Place::kShape || place_ == Place::kOffsets;
        problem = in_entry ? fmt::format("in tensor `{}`: {}", entry_.name, what) : what;
        return false;
    }
    bool unexpected(const std::string& seen) {
        switch (place_) {
            case Place::kStart: return fail(fmt::format("it starts with {} instead of an object", seen));
            case Place::kTop: return fail(fmt::format("`{}` is {} instead of an object", key_.text, seen));
            case Place::kMetadata:
                return fail(fmt::format("`{}` in `__metadata__` is {} instead of a string", key_.text, seen));
            case Place::kEntry: return fail(fmt::format("{} is not the value expected here", seen));
            case Place::kShape: return fail(fmt::format("{} is no extent", seen));
            case Place::kOffsets: return fail(fmt::format("{} is no offset", seen));
        }
        return false;
    }

    Place place_ = Place::kStart;
    Field field_ = Field::kNone;
    Key key_;
    SafetensorsEntry entry_;
    unsigned fields_seen_ = 0;
    int offset_count_ = 0;
    bool had_metadata_ = false;
};

}  // namespace

Expected<SafetensorsHeader> parse_safetensors_header(std::string_view json, const std::string& path) {
    HeaderEvents events;
    if (json.empty() || json.front() != '{') events.problem = "it does not start with `{`";
    // A handler that stops the parser makes it return false; nothing is thrown.
    if (events.problem.empty()) nlohmann::json::sax_parse(json.begin(), json.end(), &events);
    if (!events.problem.empty()) {
        return Error{.kind = &kWeightHeaderInvalid,
                     .message = fmt::format("the header of `{}` is invalid: {}", path, events.problem),
                     .exit_code = ExitCode::kWrongInput};
    }
    return std::move(events.header);
}

}  // namespace nncc
