import { byteLength } from "../../../grammar/index.ts";
import { type Context, define } from "../../template/index.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Steps for starting a segmentation, however short the text is. */
const toSegment = 20;

/**
 * Returns the longest start of a text that fits, by whole graphemes: no letter loses its accent, and no family emoji a member.
 * @param sizeOf size of a grapheme
 */
function shorten(
  context: Context,
  text: string,
  room: number,
  ellipsis: string,
  sizeOf: (grapheme: string) => number,
): string {
  const sizeOfAll = (all: string): number => {
    let size = 0;
    for (const { segment } of segmenter.segment(all)) size += sizeOf(segment);
    return size;
  };
  if (ellipsis.length > 100) throw new Error("the ellipsis is longer than 100 characters");
  context.spend(toSegment + (text.length >> 4));
  const forText = room - sizeOfAll(ellipsis);
  let size = 0;
  let end = 0; // of the part that fits together with the ellipsis
  for (const { segment, index } of segmenter.segment(text)) {
    context.spend(1 + (segment.length >> 4));
    size += sizeOf(segment);
    if (size > room)
      return forText < 0 ? shorten(context, text, room, "", sizeOf) : text.slice(0, end).trimEnd() + ellipsis;
    if (size <= forText) end = index + segment.length;
  }
  return text;
}

function cutter(sizeOf: (grapheme: string) => number) {
  return define(
    { params: ["int", "string"], variadic: true, returns: "string", context: true },
    (context: Context, room: number | bigint, ...texts: string[]) => {
      if (room < 0) throw new Error(`there cannot be ${room} characters; give a number from 0`);
      if (texts.length === 0 || texts.length > 2) {
        throw new Error(`give a length, an ellipsis if it is not to be …, and a text; got ${texts.length} texts`);
      }
      const [ellipsis, text] = texts.length === 2 ? (texts as [string, string]) : ["…", texts[0]!];
      return shorten(context, text, Number(room), ellipsis, sizeOf);
    },
  );
}

export const truncate = cutter(() => 1);

export const truncateBytes = cutter((grapheme) => byteLength(grapheme));
