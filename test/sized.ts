/**
 * Returns how large a test is to be: on a machine that checks every change (`CI` is set) as large as it was meant, elsewhere so
 * small that whoever writes code waits for it.
 */
export const sized = (small: number, full: number): number => (process.env.CI ? full : small);

/** Says whether tests are as large as they were meant. */
export const isFullSize = Boolean(process.env.CI);
