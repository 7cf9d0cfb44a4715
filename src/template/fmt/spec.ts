/** Holds the flags, width and precision between `%` and the verb. */
export interface Spec {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** Marks `%+v` and `%#v`, which are formats of their own, in which plus and sharp are off. */
  readonly plusV: boolean;
  readonly sharpV: boolean;
  /** In runes; 0 is the same as none. */
  readonly width: number;
  /** -1: none. */
  readonly precision: number;
  /** Only a precision may change the text of a value, so that the fast paths apply. */
  readonly plain: boolean;
}

export interface Flags {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
}

export const noFlags: Readonly<Flags> = { minus: false, plus: false, sharp: false, space: false, zero: false };

export function makeSpec(flags: Readonly<Flags>, width: number, precision: number, verb: string): Spec {
  const { minus, plus, sharp, space, zero } = flags;
  // For the flags %w, a wrapped error, is %v, although it can print nothing here.
  const v = verb === "v" || verb === "w";
  return {
    minus,
    plus: plus && !v,
    sharp: sharp && !v,
    space,
    zero,
    plusV: plus && v,
    sharpV: sharp && v,
    width,
    precision,
    plain: width === 0 && !space && !sharp && (!plus || v),
  };
}

/** Is the spec of a bare `%v`. */
export const bare = makeSpec(noFlags, 0, -1, "v");
