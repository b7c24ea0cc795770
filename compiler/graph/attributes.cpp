// Attributes: a small list sorted by name, and equality of constants by their bits.
#include <algorithm>
#include <bit>

#include "graph/graph.h"

namespace nncc {
namespace {

auto place_of(const std::vector<std::pair<std::string, Attribute>>& items, std::string_view name) {
    return std::lower_bound(items.begin(), items.end(), name,
                            [](const auto& item, std::string_view key) { return item.first < key; });
}

template <class T>
const T& get(const Attributes& attributes, std::string_view name) {
    const Attribute* attribute = attributes.find(name);
    NNCC_CHECK(attribute != nullptr, "attribute `{}` is missing", name);
    const T* value = std::get_if<T>(attribute);
    NNCC_CHECK(value != nullptr, "attribute `{}` is of kind {}", name, attribute->index());
    return *value;
}

}  // namespace

bool ConstantData::operator==(const ConstantData& other) const {
    return std::equal(
        elements.begin(), elements.end(), other.elements.begin(), other.elements.end(),
        [](double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); });
}

Attributes::Attributes(std::initializer_list<std::pair<std::string, Attribute>> items) {
    if (items.size() > 0) items_.edit().reserve(items.size());
    for (const auto& [name, value] : items) set(name, value);
}

void Attributes::set(std::string name, Attribute value) {
    auto& items = items_.edit();
    auto place = items.begin() + (place_of(items, name) - items.cbegin());
    if (place != items.end() && place->first == name) {
        place->second = std::move(value);
    } else {
        items.emplace(place, std::move(name), std::move(value));
    }
}

void Attributes::erase(std::string_view name) {
    auto place = place_of(*items_, name);
    if (place == items_->cend() || place->first != name) return;
    const auto index = place - items_->cbegin();
    auto& items = items_.edit();
    items.erase(items.begin() + index);
}

const Attribute* Attributes::find(std::string_view name) const {
    auto place = place_of(*items_, name);
    return place != items_->end() && place->first == name ? &place->second : nullptr;
}

std::int64_t Attributes::integer(std::string_view name) const { return get<std::int64_t>(*this, name); }
bool Attributes::flag(std::string_view name) const { return get<bool>(*this, name); }
const std::string& Attributes::text(std::string_view name) const { return get<std::string>(*this, name); }
const std::vector<std::int64_t>& Attributes::integers(std::string_view name) const {
    return get<std::vector<std::int64_t>>(*this, name);
}
DType Attributes::dtype(std::string_view name) const { return get<DType>(*this, name); }
const Shape& Attributes::shape(std::string_view name) const { return get<Shape>(*this, name); }
const Type& Attributes::type(std::string_view name) const { return get<Type>(*this, name); }
const ConstantData& Attributes::constant(std::string_view name) const { return get<ConstantData>(*this, name); }

}  // namespace nncc
