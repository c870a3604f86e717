# tokenstore_plant_bug(<sources> <copy> <bug>): makes <copy> of the folder <sources>, with tests/planted/<bug>.patch
# applied to it; "none" is the copy without a bug, to compare with. Files that come out as they were keep their time: to
# go from bug to bug in one build folder compiles no more than what the bugs change.
function(tokenstore_plant_bug sources copy bug)
  set(made ${copy}.new)
  file(REMOVE_RECURSE ${made})
  file(COPY ${sources}/ DESTINATION ${made})
  file(GLOB_RECURSE reasons_to_copy_again CONFIGURE_DEPENDS ${sources}/*)
  if(NOT bug STREQUAL none)
    set(patch ${PROJECT_SOURCE_DIR}/tests/planted/${bug}.patch)
    list(APPEND reasons_to_copy_again ${patch})
    find_program(PATCH_PROGRAM patch REQUIRED)
    execute_process(
      COMMAND ${PATCH_PROGRAM} --strip=1 --fuzz=0 --batch --no-backup-if-mismatch --input=${patch}
      WORKING_DIRECTORY ${made} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "the planted bug '${bug}' cannot be applied:\n${said}")
    endif()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${reasons_to_copy_again})

  file(GLOB_RECURSE files RELATIVE ${made} ${made}/*)
  file(GLOB_RECURSE gone RELATIVE ${copy} ${copy}/*)
  list(REMOVE_ITEM gone ${files})
  foreach(file IN LISTS gone)
    file(REMOVE ${copy}/${file})
  endforeach()
  foreach(file IN LISTS files)
    get_filename_component(folder ${copy}/${file} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(COPY_FILE ${made}/${file} ${copy}/${file} ONLY_IF_DIFFERENT)
  endforeach()
endfunction()
