# What is installed: the program, and hone::hone for programs that embed the engine (find_package(hone)).
# Every room except cli goes into one archive, libhone.a: who links it need not know the rooms.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(objects "")
foreach(room IN LISTS HONE_ROOMS)
  get_target_property(type hone_${room} TYPE)
  if(type STREQUAL "STATIC_LIBRARY" AND NOT room STREQUAL "cli")
    list(APPEND objects $<TARGET_OBJECTS:hone_${room}>)
  endif()
endforeach()
add_library(hone_embed STATIC ${objects})
set_target_properties(hone_embed PROPERTIES OUTPUT_NAME hone EXPORT_NAME hone LINKER_LANGUAGE CXX)
target_compile_features(hone_embed INTERFACE cxx_std_23)
target_include_directories(hone_embed INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(hone_embed INTERFACE Threads::Threads SQLite::SQLite3 ZLIB::ZLIB)

install(TARGETS hone RUNTIME COMPONENT runtime)
install(TARGETS hone_embed EXPORT hone ARCHIVE COMPONENT development)
install(DIRECTORY include/hone TYPE INCLUDE COMPONENT development)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hone)
install(EXPORT hone NAMESPACE hone:: FILE honeTargets.cmake DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(cmake/honeConfig.cmake.in honeConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(honeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/honeConfig.cmake ${CMAKE_BINARY_DIR}/honeConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)

# `cpack` in a release build: a .deb whose dependencies are read from the program, and a plain archive.
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "the hone developers <hone@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "finds hyperparameters: search, neural-network trainer and study store in one")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
include(CPack)
