"""The check of the README's example finds a missing block and one that differs, in code and in output."""

import planted_tree
import readme_example

CODE = "int main() {}\n"


class ReadmeExample(planted_tree.PlantedTree):
    def plant_readme(self, code, output="done\n"):
        self.plant("examples/quick_start.cpp", CODE)
        self.plant("README.md", f"{readme_example.CODE_MARK}\n\n```cpp\n{code}```\n\n"
                                f"{readme_example.OUTPUT_MARK}\n```\n{output}```\n")

    def plant_session(self, session):
        readme = (self.root / "README.md").read_text(encoding="utf-8")
        self.plant("README.md", f"{readme}\n{readme_example.TOOL_MARK}\n```\n{session}```\n")

    def plant_program(self, prints):
        self.plant("example", f"#!/bin/sh\necho {prints}\n")
        (self.root / "example").chmod(0o755)
        return str(self.root / "example")

    def test_the_example_as_it_is_passes(self):
        self.plant_readme(CODE)
        self.assertEqual(readme_example.check(self.root), [])
        self.assertEqual(readme_example.check(self.root, self.plant_program("done")), [])

    def test_a_missing_block_is_found(self):
        self.plant_readme(CODE)
        self.plant("README.md", "A text.\n")
        self.assertEqual(len(readme_example.check(self.root)), 1)

    def test_other_code_is_found(self):
        self.plant_readme("int main() { return 0; }\n")
        self.assertEqual(len(readme_example.check(self.root)), 1)

    def test_other_output_is_found(self):
        self.plant_readme(CODE, output="something else\n")
        self.assertEqual(len(readme_example.check(self.root, self.plant_program("done"))), 1)

    def test_another_output_of_the_tool_is_found(self):
        self.plant("tests/data/sample", "")
        for shown, findings in (("done", 0), ("something else", 1)):
            self.plant_readme(CODE)
            self.plant_session(f"$ tokenstore count store\n{shown}\n$ tokenstore get store\ndone\n")
            program = self.plant_program("done")
            self.assertEqual(len(readme_example.check(self.root, program, program)), findings)

    def test_a_missing_session_of_the_tool_is_found(self):
        self.plant("tests/data/sample", "")
        self.plant_readme(CODE)
        program = self.plant_program("done")
        self.assertEqual(len(readme_example.check(self.root, program, program)), 1)
