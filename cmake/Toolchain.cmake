# Language level, warnings, sanitizers and build speed, gathered in one interface target: hone_options.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(HONE_CCACHE ccache)
if(HONE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HONE_CCACHE})
endif()

add_library(hone_options INTERFACE)
# No contraction and no reassociation: equal source gives equal bits on every instruction set (docs/ARCHITECTURE.md).
target_compile_options(hone_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffp-contract=off)
target_compile_definitions(hone_options INTERFACE FMT_HEADER_ONLY HONE_VERSION="${PROJECT_VERSION}")
find_program(HONE_MOLD mold)
if(HONE_MOLD)
  target_link_options(hone_options INTERFACE -fuse-ld=mold)
endif()
if(HONE_SANITIZE)
  target_compile_options(hone_options INTERFACE
    -fsanitize=${HONE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(hone_options INTERFACE -fsanitize=${HONE_SANITIZE})
endif()
