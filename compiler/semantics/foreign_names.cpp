// Foreign names: a table of the usual ones, in lower case without underscores, as both spellings of them become.
#include "semantics/foreign_names.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace nncc {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

constexpr Row kItems[] = {
    {"adaptiveavgpool1d", "global_average_pool"},
    {"adaptiveavgpool2d", "global_average_pool"},
    {"averagepooling1d", "average_pool"},
    {"averagepooling2d", "average_pool"},
    {"averagepooling3d", "average_pool"},
    {"avgpool1d", "average_pool"},
    {"avgpool2d", "average_pool"},
    {"batchnorm1d", "batch_norm"},
    {"batchnorm2d", "batch_norm"},
    {"batchnormalization", "batch_norm"},
    {"bce", "binary_cross_entropy"},
    {"bceloss", "binary_cross_entropy"},
    {"bcewithlogitsloss", "binary_cross_entropy_with_logits"},
    {"binarycrossentropy", "binary_cross_entropy"},
    {"cat", "concatenate"},
    {"categoricalcrossentropy", "categorical_cross_entropy"},
    {"concat", "concatenate"},
    {"convtranspose1d", "conv_transpose1d"},
    {"convtranspose2d", "conv_transpose2d"},
    {"conv1dtranspose", "conv_transpose1d"},
    {"conv2dtranspose", "conv_transpose2d"},
    {"conv3dtranspose", "conv_transpose3d"},
    {"crossentropy", "sparse_categorical_cross_entropy_with_logits"},
    {"crossentropyloss", "sparse_categorical_cross_entropy_with_logits"},
    {"cumsum", "cumulative_sum"},
    {"cumprod", "cumulative_product"},
    {"fullyconnected", "dense"},
    {"globalaveragepooling1d", "global_average_pool"},
    {"globalaveragepooling2d", "global_average_pool"},
    {"globalmaxpooling1d", "global_max_pool"},
    {"globalmaxpooling2d", "global_max_pool"},
    {"groupnormalization", "group_norm"},
    {"kaimingnormal", "he_normal"},
    {"kaiminguniform", "he_uniform"},
    {"l1", "l1_penalty"},
    {"l2", "l2_penalty"},
    {"layernormalization", "layer_norm"},
    {"linear", "dense"},
    {"maxpool1d", "max_pool"},
    {"maxpool2d", "max_pool"},
    {"maxpooling1d", "max_pool"},
    {"maxpooling2d", "max_pool"},
    {"maxpooling3d", "max_pool"},
    {"mse", "mean_squared_error"},
    {"mseloss", "mean_squared_error"},
    {"nadamw", "nadam"},
    {"permute", "transpose"},
    {"reducelronplateau", "plateau"},
    {"rnn", "simple_rnn"},
    {"sparsecategoricalcrossentropy", "sparse_categorical_cross_entropy"},
    {"squeeze", "reshape"},
    {"std", "standard_deviation"},
    {"unsqueeze", "reshape"},
    {"var", "variance"},
    {"view", "reshape"},
    {"xaviernormal", "glorot_normal"},
    {"xavieruniform", "glorot_uniform"},
};

constexpr Row kArguments[] = {
    {"alpha", "slope"},
    {"axis", "axes"},
    {"betas", "beta1"},
    {"depthmultiplier", "multiplier"},
    {"dilationrate", "dilation"},
    {"dim", "axis"},
    {"eps", "epsilon"},
    {"features", "units"},
    {"filtersize", "kernel"},
    {"hiddensize", "units"},
    {"inputdim", "vocabulary"},
    {"keepdim", "keep"},
    {"keepdims", "keep"},
    {"kernelinitializer", "init"},
    {"kernelsize", "kernel"},
    {"lr", "learning_rate"},
    {"numembeddings", "vocabulary"},
    {"numheads", "heads"},
    {"outchannels", "filters"},
    {"outfeatures", "units"},
    {"outputdim", "width"},
    {"p", "rate"},
    {"poolsize", "size"},
    {"recurrentinitializer", "recurrent_init"},
    {"strides", "stride"},
    {"usebias", "bias"},
    {"weightdecay", "decay"},
};

std::string plain(std::string_view name) {
    std::string result;
    for (char c : name) {
        if (c != '_') result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return result;
}

}  // namespace

std::string foreign_item(std::string_view name) {
    const std::string wanted = plain(name);
    for (const auto& [foreign, own] : kItems) {
        if (foreign == wanted) return std::string(own);
    }
    return {};
}

std::string foreign_argument(std::string_view name, const std::vector<std::string>& known) {
    const std::string wanted = plain(name);
    for (const auto& [foreign, own] : kArguments) {
        if (foreign == wanted && std::find(known.begin(), known.end(), own) != known.end()) return std::string(own);
    }
    return {};
}

}  // namespace nncc
