"""The check for leftovers finds each kind, and nothing in a clean tree."""

import leftovers
import planted_tree

SOURCE = "src/base/x.cpp"
TEST = "tests/unit/x.cpp"


class Leftovers(planted_tree.PlantedTree):
    check = leftovers.check

    def assert_line(self, path, line, what):
        self.assert_found(path, f"\n{line}\n", (f"{path}:2: ", what))

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.findings(), [])

    def test_marks_of_unfinished_work_are_found(self):
        for mark in ("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK", "@" "@FIGURES@" "@"):
            self.assert_line(SOURCE, f"// {mark}: later", "unfinished work")
        self.assert_found("README.md", "TO" "DO\n", (f"README.md:1: ", "unfinished work"), (SOURCE, "unfinished work"))

    def test_tabs_and_trailing_blanks_are_found(self):
        self.assert_line(SOURCE, "\tint x;", "a tab")
        self.assert_line(SOURCE, "int x; ", "blanks at the end of the line")

    def test_a_missing_last_line_break_is_found(self):
        self.assert_found(SOURCE, "int x;", (SOURCE, "no line break at the end"))

    def test_letters_outside_ascii_are_found_in_code_alone(self):
        self.assert_line(SOURCE, "int größe = 0;", "a letter outside ASCII in code")
        self.plant(SOURCE, '// größe\n/* größe */ auto a = "größe"; auto b = R"(größe "x")"; char32_t c = U\'ö\';\n')
        self.assertEqual(self.findings(), [])

    def test_digit_separators_do_not_hide_code(self):
        self.assert_line(SOURCE, "int größe = 1'000'000;", "a letter outside ASCII in code")

    def test_tests_that_sleep_are_found(self):
        for call in ("std::this_thread::sleep_for(1ms);", "usleep(1);", "::sleep (1);", "nanosleep(&t, nullptr);"):
            self.assert_line(TEST, call, "a test that sleeps: move a clock, or wait for the event")

    def test_sleep_in_a_comment_or_outside_tests_is_no_finding(self):
        self.plant(TEST, "// no sleep_for(1ms) here\n")
        self.plant(SOURCE, "std::this_thread::sleep_for(backoff);\n")
        self.assertEqual(self.findings(), [])

    def test_tests_switched_off_are_found(self):
        self.assert_line(TEST, "BOOST_AUTO_TEST_CASE(x, *boost::unit_test::disabled())", "a test that is switched off")

    def test_a_case_that_its_parent_starts_is_no_finding(self):
        self.plant(TEST, 'TEST_CASE(x, *disabled())\nTEST_CASE(y) { run_child_test("x"); }\n')
        self.assertEqual(self.findings(), [])

    def test_paths_of_a_machine_are_found(self):
        for folder in ("home/somebody", "root", "tmp", "builds/main"):
            self.assert_line(SOURCE, f'auto path = "/{folder}/store";', "a path of a machine")

    def test_a_path_below_a_variable_is_no_finding(self):
        self.plant("cmake/x.cmake", "set(a ${prefix}/tmp/x)\n")
        self.assertEqual(self.findings(), [])

    def test_links_that_lead_nowhere_are_found(self):
        self.assert_line("README.md", "[a](docs/gone.md#part)", "docs/gone.md: a link that leads nowhere")
        self.plant("docs/there.md", "[up](../README.md), [here](#part), [web](https://example.org/x)\n")
        self.plant("README.md", "[a](docs/there.md#part)\n")
        self.assertEqual(self.findings(), [])

    def test_file_names_off_our_style_are_found(self):
        for name in ("Upper.cpp", "with-dash.hpp"):
            with self.subTest(name=name):
                self.start_clean()
                self.assert_found(f"src/base/{name}", "\n", (f"src/base/{name}", "file names are snake_case"))
