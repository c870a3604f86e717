// tokenstore admin revoke: one token, a family or a user.
#pragma once

#include "verbs/verb.hpp"

namespace tokenstore::tool {

[[nodiscard]] Verb admin_revoke_verb();

}  // namespace tokenstore::tool
