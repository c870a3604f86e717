// What the kernel knows about the mapping at an address: the two-letter flags of /proc/self/smaps.
#pragma once

#include <cstdint>
#include <fstream>
#include <ios>
#include <set>
#include <sstream>
#include <string>

namespace tokenstore {

inline std::set<std::string> memory_flags_at(const void* address) {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream smaps("/proc/self/smaps");
    std::set<std::string> flags;
    bool inside = false;
    for (std::string line; std::getline(smaps, line);) {
        // A mapping begins with a line "begin-end perms ..." and ends with "VmFlags: rd wr ...".
        std::istringstream words(line);
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        if (words >> std::hex >> begin >> dash >> end && dash == '-') {
            inside = begin <= wanted && wanted < end;
        } else if (inside && line.starts_with("VmFlags:")) {
            std::istringstream list(line.substr(8));
            for (std::string flag; list >> flag;) flags.insert(flag);
        }
    }
    return flags;
}

}  // namespace tokenstore
