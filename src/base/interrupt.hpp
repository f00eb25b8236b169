/// Ctrl-C: the first one asks everything to save and stop, the second one ends the process at once.
#pragma once

namespace hone {

/// Catches SIGINT and SIGTERM from now on. The first sets the flag below; a SIGINT that comes a quarter of a second
/// later or more ends the process with exit code 130 without further ado (what was acknowledged is on disk already).
void install_interrupt_handler();

/// True once a signal came, or the time is up: stop at the next safe place. Lock-free; cheap enough for every
/// minibatch.
bool interrupted();
/// True only if a signal came.
bool signalled();
/// True if the first signal was SIGTERM: a machine asks, not a person.
bool terminated();
/// Sets or clears the request to stop without a signal: for a time limit.
void set_interrupted(bool value);

}  // namespace hone
