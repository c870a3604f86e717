# Warnings of our own builds. They are private to our targets: a consumer never inherits them.
function(tokenstore_developer_warnings target)
  if(TOKENSTORE_DEVELOPER)
    target_compile_options(${target} PRIVATE
      -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
      -Woverloaded-virtual -Wcast-align -Wundef -Wimplicit-fallthrough -Werror)
  endif()
endfunction()
