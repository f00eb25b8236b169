/// Ctrl-C: the first one asks everything to save and stop, the second one ends the process at once.
#pragma once

namespace hone {

/// Catches SIGINT and SIGTERM from now on. The first sets the flag below; a second SIGINT ends the process with exit
/// code 130 without further ado (what was acknowledged is on disk already).
void install_interrupt_handler();

/// True once a signal came. Lock-free; cheap enough for every minibatch.
bool interrupted();
/// For tests and for programs that embed hone: sets or clears the flag.
void set_interrupted(bool value);

}  // namespace hone
