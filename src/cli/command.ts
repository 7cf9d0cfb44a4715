import type { Command } from "commander";
import type { Io } from "./io.ts";

/**
 * 0: what was asked for is done. 1: a file, a profile, a template or a delivery is wrong, or what was named does not exist.
 * 2: the command line is wrong, or asks for nothing. 3: `lint` could not read something.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** Adds a command to the program. @param end is called with the exit code when the command has run */
export type AddCommand = (program: Command, io: Io, end: (code: ExitCode) => void) => void;
