# What `cmake --install` puts in place: the headers, the archive, the CMake package and the pkg-config file.
include(CMakePackageConfigHelpers)

install(TARGETS tokenstore
  EXPORT tokenstore_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tokenstore)
install(EXPORT tokenstore_targets
  FILE tokenstore-targets.cmake
  NAMESPACE tokenstore::
  DESTINATION ${package_dir})
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/tokenstore-config.cmake.in ${PROJECT_BINARY_DIR}/tokenstore-config.cmake
  INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 the public headers may change with the minor version.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tokenstore-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/tokenstore-config.cmake ${PROJECT_BINARY_DIR}/tokenstore-config-version.cmake
  DESTINATION ${package_dir})

# The prefix is found from where the file lies, so that a staged or moved tree works; an absolute directory stays as
# it is.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pkgconfig_dir} OUTPUT_VARIABLE pkgconfig_to_prefix)
set(pkgconfig_prefix "\${pcfiledir}/${pkgconfig_to_prefix}")
cmake_path(APPEND pkgconfig_includedir "\${prefix}" ${CMAKE_INSTALL_INCLUDEDIR})
cmake_path(APPEND pkgconfig_libdir "\${prefix}" ${CMAKE_INSTALL_LIBDIR})
configure_file(${CMAKE_CURRENT_LIST_DIR}/tokenstore.pc.in ${PROJECT_BINARY_DIR}/tokenstore.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tokenstore.pc DESTINATION ${pkgconfig_dir})
