"""A small project in a temporary folder, clean but for what a test plants in it."""

import pathlib
import tempfile
import unittest

CLEAN_FILES = {
    "include/tokenstore/ids.hpp": "#pragma once\n#include <cstdint>\n#include <tl/expected.hpp>\n",
    "src/base/bytes.hpp": "#pragma once\n#include <span>\n",
    "src/base/sha256.cpp": '#include "base/bytes.hpp"\n#include <openssl/evp.h>\n#include <tokenstore/ids.hpp>\n',
    "src/codec/record.hpp": '#pragma once\n#include "base/bytes.hpp"\n',
    "src/storage/engine.cpp": '#include "codec/record.hpp"\n#include <rocksdb/db.h>\n',
    "src/token_store.cpp": '#include "codec/record.hpp"\n',
    "tests/support/clock.hpp": "#pragma once\n",
    "tests/unit/record.cpp": '#include "support/clock.hpp"\n#include "codec/record.hpp"\n#include <boost/test/unit_test.hpp>\n',
    "tools/main.cpp": "#include <CLI/CLI.hpp>\n#include <tokenstore/ids.hpp>\n",
    "README.md": "A text.\n",
}


class PlantedTree(unittest.TestCase):
    """A test case with a project to plant violations in; a subclass names the check."""

    check = None

    def setUp(self):
        self.start_clean()

    def start_clean(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for path, text in CLEAN_FILES.items():
            self.plant(path, text)

    def plant(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def findings(self):
        return type(self).check(self.root)

    def assert_found(self, path, text, *expected):
        """Plants one file and expects exactly these findings, each given by its beginning and its end."""
        self.plant(path, text)
        findings = self.findings()
        self.assertEqual(len(findings), len(expected), findings)
        for finding, (beginning, end) in zip(findings, expected):
            self.assertTrue(finding.startswith(beginning) and finding.endswith(end), finding)
