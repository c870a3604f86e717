# Which RocksDB the library stands on, as the variable TOKENSTORE_ROCKSDB_LIBRARY: the target to link.
#
#   system    the shared library of the system's package. (Debian's static one is built without -fPIC and cannot go into
#             a shared object.) Debian builds it with assertions: every user runs the engine's debug paths.
#   release   the same source, built by cmake/build_release_engine.sh as an optimised static library without
#             assertions. Built once, outside of the build folder; about 20 minutes. Not for installing: a consumer of
#             an installed library would find the system's engine.
set(TOKENSTORE_ROCKSDB "system" CACHE STRING "The RocksDB below: system, or release (built from Debian's source)")
set_property(CACHE TOKENSTORE_ROCKSDB PROPERTY STRINGS system release)

if(TOKENSTORE_ROCKSDB STREQUAL "system")
  find_package(RocksDB CONFIG REQUIRED)
  set(TOKENSTORE_ROCKSDB_LIBRARY RocksDB::rocksdb-shared)
  set(TOKENSTORE_ENGINE_BUILD "system: the package, built with assertions")
elseif(TOKENSTORE_ROCKSDB STREQUAL "release")
  execute_process(
    COMMAND ${CMAKE_CURRENT_LIST_DIR}/build_release_engine.sh
    OUTPUT_VARIABLE release_engine OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "TOKENSTORE_ROCKSDB=release: the engine could not be built")
  endif()
  find_package(RocksDB CONFIG REQUIRED PATHS ${release_engine} NO_DEFAULT_PATH)
  set(TOKENSTORE_ROCKSDB_LIBRARY RocksDB::rocksdb)
  get_filename_component(engine_name ${release_engine} NAME)
  set(TOKENSTORE_ENGINE_BUILD "release: ${engine_name}, optimised, without assertions")
  set(TOKENSTORE_INSTALL OFF)
else()
  message(FATAL_ERROR "TOKENSTORE_ROCKSDB is neither system nor release")
endif()
