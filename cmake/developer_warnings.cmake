# Warnings of our own builds. They are private to our targets: a consumer never inherits them.
function(tokenstore_developer_warnings target)
  if(TOKENSTORE_DEVELOPER)
    target_compile_options(${target} PRIVATE
      -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
      -Woverloaded-virtual -Wcast-align -Wundef -Wimplicit-fallthrough -Werror)
    # GCC 12 sees an overlap in std::string's own code when it optimises (GCC bug 105329).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
  endif()
endfunction()
