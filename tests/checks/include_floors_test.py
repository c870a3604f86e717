"""The include check finds each kind of violation, and nothing in a clean tree."""

import include_floors
import planted_tree


class IncludeFloors(planted_tree.PlantedTree):
    check = include_floors.check

    def assert_refused(self, path, line, problem):
        name = line.split()[1].strip('<">')
        self.assert_found(path, f"{line}\n", (f"{path}:1: {name}: ", problem))

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.findings(), [])

    def test_an_include_upward_is_found(self):
        self.assert_refused("src/codec/key.cpp", '#include "storage/engine.hpp"', "no such file in the project")
        self.plant("src/storage/engine.hpp", "#pragma once\n")
        self.assert_refused("src/codec/key.cpp", '#include "storage/engine.hpp"', "floor 2 includes floor 4")

    def test_an_include_upward_written_with_blanks_is_found(self):
        self.assert_found("src/base/x.cpp", ' #  include "codec/record.hpp"\n', ("src/base/x.cpp:1", "includes floor 2"))

    def test_a_source_that_includes_the_facade_is_found(self):
        self.plant("src/facade.hpp", "#pragma once\n")
        self.assert_refused("src/storage/x.cpp", '#include "facade.hpp"', "floor 4 includes floor 6")

    def test_a_folder_that_is_no_floor_is_found(self):
        self.assert_found("src/helpers/x.hpp", "#pragma once\n", ("src/helpers/x.hpp", "src/helpers is no floor"))

    def test_a_public_header_that_reaches_inside_is_found(self):
        path = "include/tokenstore/x.hpp"
        self.assert_refused(path, '#include "base/bytes.hpp"', "a public header includes public headers only")
        for library in ("rocksdb/db.h", "openssl/evp.h", "xxhash.h", "boost/uuid/uuid.hpp", "unistd.h"):
            self.assert_refused(path, f"#include <{library}>", "standard library and tl::expected only")

    def test_a_library_outside_its_area_is_found(self):
        for path, library in (
            ("src/operations/x.cpp", "rocksdb/db.h"),
            ("src/token_store.cpp", "rocksdb/db.h"),
            ("tools/x.cpp", "rocksdb/db.h"),
            ("src/codec/x.cpp", "openssl/evp.h"),
            ("bench/x.cpp", "openssl/evp.h"),
            ("src/storage/x.cpp", "xxhash.h"),
            ("src/model/x.cpp", "CLI/CLI.hpp"),
            ("src/model/x.cpp", "boost/test/unit_test.hpp"),
            ("tests/unit/x.cpp", "benchmark/benchmark.h"),
        ):
            with self.subTest(path=path, library=library):
                self.start_clean()
                owner = next(key for key in include_floors.LIBRARY_AREAS if library.startswith(key))
                areas = ", ".join(sorted(include_floors.LIBRARY_AREAS[owner]))
                self.assert_refused(path, f"#include <{library}>", f"{owner} belongs to {areas}")

    def test_a_tool_that_reaches_inside_is_found(self):
        self.assert_refused("tools/x.cpp", '#include "base/bytes.hpp"', "tools sees the public headers only")

    def test_an_include_that_climbs_folders_is_found(self):
        self.assert_refused("src/codec/x.cpp", '#include "../base/bytes.hpp"', "name the file from its include root")

    def test_an_included_source_file_is_found(self):
        self.assert_refused("src/base/x.cpp", '#include "base/sha256.cpp"', "only headers are included")

    def test_a_public_header_that_does_not_exist_is_found(self):
        self.assert_refused("src/base/x.cpp", "#include <tokenstore/gone.hpp>", "no such file in the project")

    def test_a_circle_of_includes_is_found(self):
        self.plant("src/model/a.hpp", '#include "model/b.hpp"\n')
        self.assert_found("src/model/b.hpp", '#include "model/a.hpp"\n', ("src/model/b.hpp: includes", "back to it"))
