/**
 * Where a text stands in another, in time linear in both. In: texts of a template. Out: positions. V8's own search is linear for
 * parts up to {@link nativeMost} characters only: of longer ones it forgets what it has compared, so that a part of 45,000 in a
 * text of 90,000 takes a third of a second, and ten times as long ones a hundred times that.
 */

/** V8 remembers as many characters from the end of a part (`kBMMaxShift`). */
const nativeMost = 250;

/** Finds a part again and again. @returns where it begins at or behind a position, -1 for nowhere */
export function finderOf(text: string, part: string): (from: number) => number {
  if (part.length <= nativeMost) return (from) => text.indexOf(part, from);
  if (part.length > text.length) return () => -1;
  const borders = bordersOf(part);
  return (from) => find(text, part, borders, from);
}

/** Whether a part stands anywhere in a text. */
export const contains = (text: string, part: string): boolean => finderOf(text, part)(0) >= 0;

/** Knuth, Morris and Pratt: no character of the text is looked at twice. */
function find(text: string, part: string, borders: Int32Array, from: number): number {
  let matched = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at);
    while (matched > 0 && char !== part.charCodeAt(matched)) matched = borders[matched - 1]!;
    if (char === part.charCodeAt(matched)) matched++;
    if (matched === part.length) return at + 1 - matched;
  }
  return -1;
}

/** Of each beginning of a text: how long the longest is that stands at its start and, elsewhere in it, at its end. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  let border = 0;
  for (let at = 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    while (border > 0 && char !== text.charCodeAt(border)) border = borders[border - 1]!;
    if (char === text.charCodeAt(border)) border++;
    borders[at] = border;
  }
  return borders;
}
