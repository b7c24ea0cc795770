// The cost of a convolution's forms, in steps of one vector of eight multiply-adds.
#include "emit/choose_winograd.h"

#include <algorithm>

#include "nncc/winograd_sizes.h"

namespace nncc {

namespace {

// What a chunk of tiles takes, transformed and with its sums, so that it stays in a second-level cache of 512 KiB; and
// the least tiles of one, for each chunk reads all weights.
constexpr std::int64_t kChunkBytes = 384 << 10;
constexpr std::int64_t kLeastTiles = 16;

// Measured on Zen 1: for eight channels, or filters, of a tile; for a byte of weights, which few tiles share (0.1 to
// 0.3, by what else the machine does).
constexpr double kTransform2 = 110, kTransform4 = 400;
constexpr double kWeightByte = 0.25;
// Register tiles reach 94 % of what multiply-adds there are, and less of less than three rows.
constexpr double kTileLoss = 1.06;
constexpr std::int64_t kLeastRows = 3;
// What a register tile takes to begin and end, as so many channels.
constexpr double kTileStart = 5;
// Where it gains less, the smaller error is worth more.
constexpr double kLeastGain = 0.9;

std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

std::int64_t tiles_of(const Places& places, int m) {
    const auto along = [m](const Places::Axis& axis) { return (axis.places + m - 1) / m; };
    return places.batch * along(places.axes[1]) * along(places.axes[2]);
}

Winograd chunked(const Places& places, int m) {
    const std::int64_t tiles = tiles_of(places, m), bytes = winograd_scratch(m, 1, places.channels) * 4;
    const std::int64_t most = std::max(kLeastTiles, kChunkBytes / bytes), chunks = (tiles + most - 1) / most;
    return {.m = m, .chunk = (tiles + chunks - 1) / chunks};
}

double cost_of(const Contraction& product, const Winograd& form) {
    const Places& places = *product.places;
    const std::int64_t filters = product.n.constant(), tiles = tiles_of(places, form.m),
                       chunks = (tiles + form.chunk - 1) / form.chunk;
    const double vectors = static_cast<double>(round_up(filters, 8)) / 8,
                 channels = static_cast<double>(places.channels), all = static_cast<double>(tiles);
    const double transform = form.m == 2 ? kTransform2 : kTransform4;
    const auto rows = static_cast<double>(std::max(tiles, kLeastRows));
    return winograd_points(form.m) * (channels + kTileStart) * vectors * rows * kTileLoss +
           all * transform * (static_cast<double>(round_up(places.channels, 8)) / 8 + vectors) +
           static_cast<double>(winograd_weights(form.m, places.channels, filters) * 4 * chunks) * kWeightByte;
}

double cost_of_direct(const Contraction& product) {
    const Places& places = *product.places;
    const double filters = static_cast<double>(round_up(product.n.constant(), 8));
    const double depth = static_cast<double>(9 * places.channels);
    return depth * filters / 8 * static_cast<double>(product.m.constant()) * kTileLoss +
           depth * filters * 4 * kWeightByte;
}

bool is_possible(const Contraction& product) {
    if (!product.places || product.dtype != DType::kF32 || !product.batch.empty()) return false;
    const Places& places = *product.places;
    const auto is_plain = [](const Places::Axis& axis) {
        return axis.taps == 3 && axis.stride == 1 && axis.spread == 1 && axis.dilation == 1;
    };
    const Places::Axis& planes = places.axes[0];
    return !places.depthwise && places.pixel == places.channels && places.channels >= 8 && product.m.is_constant() &&
           product.n.is_constant() && planes.places == 1 && planes.taps == 1 && planes.extent == 1 && planes.low == 0 &&
           is_plain(places.axes[1]) && is_plain(places.axes[2]);
}

}  // namespace

std::optional<Winograd> choose_winograd(const Contraction& product) {
    if (!is_possible(product)) return std::nullopt;
    const Winograd two = chunked(*product.places, 2), four = chunked(*product.places, 4);
    const double with_two = cost_of(product, two), with_four = cost_of(product, four);
    if (std::min(with_two, with_four) > kLeastGain * cost_of_direct(product)) return std::nullopt;
    return with_two <= with_four ? two : four;
}

std::int64_t winograd_scratch_bytes(const Contraction& product) {
    return winograd_scratch(product.winograd->m, product.winograd->chunk, product.places->channels) * 4;
}

std::int64_t winograd_weights_bytes(const Contraction& product) {
    return winograd_weights(product.winograd->m, product.places->channels, product.n.constant()) * 4;
}

}  // namespace nncc
