import type { Context } from "../../template/index.ts";
import { onBytes, toByteText } from "./text.ts";

/**
 * Wraps text to lines of at most `width` bytes, broken at spaces.
 * @param cut whether a longer word is cut; otherwise it gets a line of its own
 */
export function wrap(context: Context, text: string, width: number, end: string, cut: boolean): string {
  const maxWidth = Math.max(1, width);
  context.spend((text.length + end.length) >> 3);
  return onBytes(text, (bytes) => wrapBytes(context, bytes, maxWidth, toByteText(end), cut));
}

function wrapBytes(context: Context, text: string, width: number, end: string, cut: boolean): string {
  let wrapped = "";
  let offset = 0;
  while (text.length - offset > width) {
    if (text[offset] === " ") {
      offset++;
      continue;
    }
    const space = text.slice(offset, offset + width + 1).lastIndexOf(" ");
    const next = text.indexOf(" ", offset + width);
    let to: number;
    if (space >= 0) to = offset + space;
    else if (cut) to = offset + width;
    else if (next >= 0) to = next;
    else return wrapped + text.slice(offset);
    wrapped += text.slice(offset, to) + end;
    context.spend(1 + ((to - offset) >> 4));
    if (wrapped.length > context.limits.output) context.grow(wrapped.length);
    offset = space >= 0 || !cut ? to + 1 : to;
  }
  return wrapped + text.slice(offset);
}
