import { spellBytes } from "../../template/index.ts";
import { failsafe } from "./html-escapers.ts";
import { replacingBy } from "./replace.ts";

/** Escapes URLs and parts of them. */

const percent = (keep: RegExp): readonly string[] =>
  Array.from({ length: 256 }, (_, byte) => {
    const char = String.fromCharCode(byte);
    return keep.test(char) ? char : `%${byte.toString(16).padStart(2, "0")}`;
  });

const whole = percent(/[A-Za-z0-9\-._~]/);
const parts = percent(/[A-Za-z0-9\-._~!#$&*+,/:;=?@[\]]/);

/** Escapes one value of a query, or part of a fragment. */
export const escapeUrl = replacingBy(/[^A-Za-z0-9\-._~]/, (piece) => spellBytes(piece, whole));

/** Escapes a URL or part of it: characters with a meaning in URLs stay, and so do escapes. */
export const normalizeUrl = replacingBy(/[^A-Za-z0-9\-._~!#$&*+,/:;=?@[\]]/, (piece, next) => {
  const follows = piece + next;
  let normal = "";
  let from = 0;
  for (let at = piece.indexOf("%"); at >= 0; at = piece.indexOf("%", from)) {
    normal += spellBytes(piece.slice(from, at), parts);
    normal += /^[0-9a-fA-F]{2}/.test(follows.slice(at + 1, at + 3)) ? "%" : "%25";
    from = at + 1;
  }
  return normal + spellBytes(piece.slice(from), parts);
});

/** Tells a safe URL: relative, or of a scheme that does nothing by itself. */
function isSafe(url: string): boolean {
  const colon = url.indexOf(":");
  if (colon < 0) return true;
  const scheme = url.slice(0, colon);
  return scheme.includes("/") || /^(?:https?|mailto)$/iu.test(scheme);
}

export const filterUrl = (url: string): string => (isSafe(url) ? url : `#${failsafe}`);

/** Filters each URL of `a.png 1x, b.png 2x`. @param normalize as `normalizeUrl` does */
export function filterSrcset(srcset: string, normalize: (url: string) => string): string {
  let filtered = "";
  for (let from = 0; from <= srcset.length; ) {
    const comma = srcset.indexOf(",", from);
    const end = comma < 0 ? srcset.length : comma;
    filtered += (from === 0 ? "" : ",") + filterCandidate(srcset.slice(from, end), normalize);
    from = end + 1;
  }
  return filtered;
}

function filterCandidate(candidate: string, normalize: (url: string) => string): string {
  const [, space = "", url = "", rest = ""] = /^([\t\n\f\r ]*)([^\t\n\f\r ]*)(.*)$/s.exec(candidate)!;
  return isSafe(url) && /^[\t\n\f\r 0-9A-Za-z]*$/.test(rest) ? space + normalize(url) + rest : `#${failsafe}`;
}
