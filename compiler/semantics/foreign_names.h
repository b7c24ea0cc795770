// Foreign names: what the library calls a thing that Keras or PyTorch has under another name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nncc {

// "`mean_squared_error`" for `mse`; empty when there is none that exists here.
std::string foreign_item(std::string_view name);
// The parameter among `known` that `name` stands for elsewhere: `learning_rate` for `lr`; empty when there is none.
std::string foreign_argument(std::string_view name, const std::vector<std::string>& known);

}  // namespace nncc
