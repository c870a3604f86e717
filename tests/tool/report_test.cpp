// The report: the whole page, and what a real browser makes of it.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <regex>
#include <string>

#include "tool/lived_in_store.hpp"
#include "tool/tool_fixture.hpp"

namespace tokenstore::tool::test {
namespace {

namespace fs = std::filesystem;

// The store's folder, the moment it was opened at, and the bytes of its files differ from run to run.
std::string without_accidents(std::string page, const fs::path& store) {
    for (std::size_t at = page.find(store.string()); at != std::string::npos; at = page.find(store.string())) {
        page.replace(at, store.string().size(), "STORE");
    }
    const std::size_t disk = page.find("<h2>Space on disk by part</h2>");
    BOOST_REQUIRE(disk != std::string::npos);
    static const std::regex bytes(
        R"(<td class="number">[^<]*</td>(<td class="share">)<div class="" style="width:[0-9.]*%">)");
    return without_now(page.substr(0, disk) + std::regex_replace(page.substr(disk), bytes, "BYTES"));
}

struct Report : ToolFixture {
    Report() {
        import_sample();
        const Finished made =
            tool({"report", store().string(), "--out", page.string(), "--as-of", std::string(as_of_text)});
        BOOST_REQUIRE_MESSAGE(made.exit_code == 0, made.errors);
        BOOST_TEST(made.output.empty());
    }

    fs::path page = folder() / "report.html";
};

BOOST_FIXTURE_TEST_SUITE(report, Report)

BOOST_AUTO_TEST_CASE(page_is_as_it_was_pinned) {
    const fs::path file = fs::path(TOKENSTORE_EXPECTED_OUTPUT) / "report.html";
    const std::string text = without_accidents(read_text(page), store());
    if (std::getenv("TOKENSTORE_WRITE_EXPECTED") != nullptr) write_text(file, text);
    BOOST_TEST(text == read_text(file));
}

BOOST_AUTO_TEST_CASE(page_is_its_owners_alone_and_nothing_is_overwritten) {
    BOOST_TEST((fs::status(page).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
    const std::string before = read_text(page);
    const Finished again = tool({"report", store().string(), "--out", page.string()});
    BOOST_TEST(again.exit_code == 6);
    BOOST_TEST(again.errors.find("is not replaced: name another file, or move that one away") != std::string::npos,
               again.errors);
    BOOST_TEST(read_text(page) == before);
}

BOOST_AUTO_TEST_CASE(page_names_nobody_and_asks_no_network) {
    const std::string text = read_text(page);
    static const std::regex link(R"(src=|href=|url\(|@import|<script|https?:)");
    BOOST_TEST(!std::regex_search(text, link));
    BOOST_TEST(text.find("default-src 'none'") != std::string::npos);
    for (const std::string& record : csv_records(read_text(sample_csv()))) {
        const std::string id = record.substr(0, record.find(','));
        if (id != "id") BOOST_REQUIRE(text.find(id) == std::string::npos);
    }
    BOOST_TEST(text.find(std::string(busiest_user)) == std::string::npos);
}

// What a browser reads out of the page again is the page, and what it draws of it is more than an empty one.
BOOST_AUTO_TEST_CASE(browser_draws_it) {
    const fs::path picture = folder() / "report.png";
    const fs::path profile = folder() / "profile";
    const auto browse = [&](const std::string& what) {
        return tokenstore::test::run_process(
            {TOKENSTORE_CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--user-data-dir=" + profile.string(), "--window-size=1000,1600", what, "file://" + page.string()});
    };
    const Finished read = browse("--dump-dom");
    BOOST_REQUIRE_MESSAGE(read.exit_code == 0, read.errors);
    const auto count = [](const std::string& text, const std::regex& wanted) {
        return std::distance(std::sregex_iterator(text.begin(), text.end(), wanted), std::sregex_iterator());
    };
    for (const char* element : {"<rect ", "<section", "<tr>", "<h2>"}) {
        BOOST_TEST(count(read.output, std::regex(element)) == count(read_text(page), std::regex(element)), element);
    }
    const Finished drawn = browse("--screenshot=" + picture.string());
    BOOST_REQUIRE_MESSAGE(drawn.exit_code == 0, drawn.errors);
    BOOST_TEST(fs::file_size(picture) > 30'000U);  // an empty page takes a fifth of that
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tokenstore::tool::test
