# Language level, warnings, sanitizers and build speed, gathered in one interface target: hone_options.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(HONE_CCACHE ccache)
if(HONE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache trusts a precompiled header only when told that nobody relies on macros defined before it, or on __TIME__.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${HONE_CCACHE})
endif()

add_library(hone_options INTERFACE)
# No contraction and no reassociation: equal source gives equal bits on every instruction set (docs/ARCHITECTURE.md).
target_compile_options(hone_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")  # what GCC leaves out of -Wconversion, and GCC 12's own std::stable_sort
  target_compile_options(hone_options INTERFACE -Wno-sign-conversion -Wno-deprecated-declarations)
endif()
target_compile_definitions(hone_options INTERFACE HONE_VERSION="${PROJECT_VERSION}")
find_program(HONE_MOLD mold)
if(HONE_MOLD)
  target_link_options(hone_options INTERFACE -fuse-ld=mold)
endif()
if(HONE_SANITIZE)
  target_compile_options(hone_options INTERFACE
    -fsanitize=${HONE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(hone_options INTERFACE -fsanitize=${HONE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    if(HONE_SANITIZE MATCHES "undefined")
      # These two alone double the time to compile. A null pointer stops under AddressSanitizer all the same, and the
      # fuzz preset (clang) keeps both.
      target_compile_options(hone_options INTERFACE -fno-sanitize=null,alignment)
    endif()
    # Sanitized std::string and std::variant make GCC 12 warn of what is not there; the release build keeps these.
    target_compile_options(hone_options INTERFACE
      -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endif()

# Headers of the system that nearly every unit includes, parsed once. GCC only: the fuzz preset (clang) builds without,
# and so finds a unit that forgot an include. The programs of tests/ have a second one: -fPIE is not -fPIC.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(HONE_PRECOMPILED ${CMAKE_SOURCE_DIR}/src/base/precompiled.hpp)
  target_compile_options(hone_options INTERFACE -fpch-preprocess)  # for ccache
endif()
