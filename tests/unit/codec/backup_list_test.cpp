#include "codec/backup_list.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

#include <boost/test/unit_test.hpp>

#include "base/xxh3.hpp"

namespace tokenstore::codec {
namespace {

const BackupList list{.made_at_us = 1'780'272'000'000'000,
                      .sequence = 4711,
                      .files = {{"000012.sst", 1'048'576, 0x0123456789abcdef, "5XQ2B7K0PMJ1L9H3R4TZ-12"},
                                {"CURRENT", 16, 0xfedcba9876543210, ""}}};

const std::string text =
    "tokenstore backup 1\n"
    "made_at_us 1780272000000000\n"
    "sequence 4711\n"
    "file 000012.sst 1048576 0123456789abcdef 5XQ2B7K0PMJ1L9H3R4TZ-12\n"
    "file CURRENT 16 fedcba9876543210 -\n"
    "checksum cf82c06e8a8aabd0\n";

/// With a checksum that is right.
std::string sealed(const std::string& lines) {
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(base::xxh3_64(lines)));
    return lines + "checksum " + digits.data() + "\n";
}

BOOST_AUTO_TEST_SUITE(backup_list)

BOOST_AUTO_TEST_CASE(a_list_is_this_text) {
    BOOST_TEST(encode_backup_list(list) == text);
    BOOST_TEST((decode_backup_list(text) == list));
    BOOST_TEST((decode_backup_list(encode_backup_list({})) == BackupList{}));
}

BOOST_AUTO_TEST_CASE(every_changed_byte_and_every_cut_is_noticed) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        BOOST_TEST(!decode_backup_list(changed).has_value(), changed);
        BOOST_TEST(!decode_backup_list(text.substr(0, i)).has_value(), i);
    }
    BOOST_TEST(!decode_backup_list(text + "\n").has_value());
}

BOOST_AUTO_TEST_CASE(no_name_leads_out_of_the_directory) {
    const std::string head = "tokenstore backup 1\nmade_at_us 1\nsequence 1\n";
    BOOST_TEST(decode_backup_list(sealed(head + "file CURRENT 16 fedcba9876543210 -\n")).has_value());
    for (const char* name : {"../CURRENT", "/etc/passwd", ".", "..", "a/b", "a\x1b[31m", ""}) {
        BOOST_TEST(!decode_backup_list(sealed(head + "file " + name + " 16 fedcba9876543210 -\n")).has_value(), name);
    }
}

BOOST_AUTO_TEST_CASE(a_list_of_another_version_is_none) {
    BOOST_TEST(!decode_backup_list(sealed("tokenstore backup 2\nmade_at_us 1\nsequence 1\n")).has_value());
    BOOST_TEST(!decode_backup_list(sealed("tokenstore backup 1\nmade_at_us 1\nsequence 1\nother 1\n")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::codec
