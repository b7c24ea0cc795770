// A text file to windows of character numbers: row r holds the characters from r * stride on.
#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/file.h"
#include "data/data_error.h"
#include "data/dataset_readers.h"
#include "data/diagnostic_kinds.h"

namespace nncc {

namespace {

constexpr std::string_view kCharacters = "characters";

// "characters" or "characters+1": how many characters later a window begins.
std::optional<std::int64_t> offset_of(const std::string& name) {
    if (!name.starts_with(kCharacters)) return std::nullopt;
    const std::string_view rest = std::string_view(name).substr(kCharacters.size());
    if (rest.empty()) return 0;
    std::int64_t offset = 0;
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), offset);
    if (rest[0] != '+' || error != std::errc() || end != rest.data() + rest.size() || offset < 0) return std::nullopt;
    return offset;
}

// The length in bytes of the UTF-8 character at the front; 0 when there is none. (RFC 3629, section 4.)
std::size_t character_bytes(std::string_view text) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    if (byte(0) < 0x80) return 1;
    const std::size_t count = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
    if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < count) return 0;
    for (std::size_t k = 1; k < count; ++k) {
        if ((byte(k) & 0xc0) != 0x80) return 0;
    }
    if ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
        (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f)) {
        return 0;
    }
    return count;
}

Expected<std::vector<std::string_view>> split_characters(std::string_view text, const std::string& path) {
    std::vector<std::string_view> characters;
    characters.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t count = character_bytes(text.substr(at));
        if (count == 0) {
            return wrong_data(kTextMalformed, fmt::format("byte {} of `{}` is not UTF-8", at + 1, path),
                              "convert it, as in `iconv -f latin1 -t utf-8`");
        }
        characters.push_back(text.substr(at, count));
        at += count;
    }
    return characters;
}

// Numbers by character: the given ones in their order, or those that occur, sorted by their bytes.
Expected<std::unordered_map<std::string_view, double>> numbers_of(const std::vector<std::string_view>& characters,
                                                                  std::vector<std::string>& vocabulary,
                                                                  const std::string& path) {
    const bool given = !vocabulary.empty();
    if (!given) {
        const std::set<std::string_view> distinct(characters.begin(), characters.end());
        vocabulary.assign(distinct.begin(), distinct.end());
    }
    std::unordered_map<std::string_view, double> numbers;
    for (const std::string& character : vocabulary) numbers.emplace(character, static_cast<double>(numbers.size()));
    if (!given) return numbers;
    for (std::size_t k = 0; k < characters.size(); ++k) {
        if (numbers.contains(characters[k])) continue;
        return wrong_data(kTextMalformed,
                          fmt::format("character {} of `{}`, `{}`, is none of the {} that the weights know", k + 1,
                                      path, characters[k], vocabulary.size()),
                          "train on a text that holds it");
    }
    return numbers;
}

}  // namespace

Expected<Dataset> read_text_windows(const DataSource& source, const std::vector<std::string>& names) {
    std::int64_t last_offset = 0;
    std::vector<std::int64_t> offsets;
    for (const std::string& name : names) {
        const std::optional<std::int64_t> offset = offset_of(name);
        if (!offset) {
            return unknown_name(kColumnMissing, fmt::format("`{}` is a text and has no column `{}`", source.path, name),
                                name, {std::string(kCharacters)}, "its columns");
        }
        offsets.push_back(*offset);
        last_offset = std::max(last_offset, *offset);
    }
    Expected<std::string> text = read_file(source.path);
    if (!text) return text.error();
    Expected<std::vector<std::string_view>> characters = split_characters(*text, source.path);
    if (!characters) return characters.error();

    Dataset dataset;
    dataset.characters = source.characters;
    dataset.keys.columns = {"row"};
    auto numbers = numbers_of(*characters, dataset.characters, source.path);
    if (!numbers) return numbers.error();
    const auto count = static_cast<std::int64_t>(characters->size());
    const std::int64_t window = std::max<std::int64_t>(source.window, 1);
    const std::int64_t stride = source.stride > 0 ? source.stride : window;
    if (count - last_offset < window) {
        return wrong_data(kNoRows, fmt::format("`{}` has {} characters, and a row of it needs {}", source.path, count,
                                               window + last_offset));
    }
    dataset.rows = (count - last_offset - window) / stride + 1;
    if (Expected<> fits = check_dataset_size(dataset.rows, static_cast<std::size_t>(window) * names.size(),
                                             fmt::format("`{}`", source.path));
        !fits) {
        return fits.error();
    }
    std::vector<double> sequence;
    sequence.reserve(characters->size());
    for (const std::string_view character : *characters) sequence.push_back(numbers->at(character));
    for (std::size_t k = 0; k < names.size(); ++k) {
        DataColumn column{names[k], {window}, {}};
        column.values.reserve(static_cast<std::size_t>(dataset.rows * window));
        for (std::int64_t row = 0; row < dataset.rows; ++row) {
            const auto begin = sequence.begin() + row * stride + offsets[k];
            column.values.insert(column.values.end(), begin, begin + window);
        }
        dataset.columns.push_back(std::move(column));
    }
    return dataset;
}

}  // namespace nncc
