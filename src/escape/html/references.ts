/**
 * Decodes character references in attribute values as Go's `html.UnescapeString`. Only the ends of tokens matter here, so of
 * the 2,231 names only those for ASCII and white space are known; any other name with its semicolon is one letter.
 */
const named = new Map([
  ["ThickSpace", "\u205f\u200a"],
  ["fjlig", "fj"],
  ["nvlt", "<\u20d2"],
  ["nvgt", ">\u20d2"],
  ["bne", "=\u20e5"],
]);
const known =
  "\tTab \nNewLine !excl \"quot QUOT #num $dollar %percnt &amp AMP 'apos (lpar )rpar *ast midast +plus ,comma .period /sol :colon " +
  ";semi <lt LT =equals >gt GT ?quest @commat [lbrack lsqb \\bsol ]rbrack rsqb ^Hat _lowbar UnderBar `grave DiacriticalGrave " +
  "{lbrace lcub |verbar vert VerticalLine }rbrace rcub \u00a0nbsp NonBreakingSpace \u2002ensp \u2003emsp \u2004emsp13 \u2005emsp14 " +
  "\u2007numsp \u2008puncsp \u2009thinsp ThinSpace \u200ahairsp VeryThinSpace \u205fMediumSpace";
let char = "";
for (const word of known.split(" ")) {
  const first = /^[a-zA-Z]/.test(word) ? 0 : 1;
  if (first === 1) char = word[0]!;
  named.set(word.slice(first), char);
}

/** Matches names that need no semicolon. */
const bare = /^(?:quot|QUOT|amp|AMP|lt|LT|gt|GT|nbsp)/;

const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

const reference = /&(?:#[xX]([0-9a-fA-F]*)(;?)|#([0-9]*)(;?)|([A-Za-z0-9]+)(;?))/g;

export function unescapeHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(reference, (whole, hex, hexEnd, decimal, decimalEnd, name, end) => {
    if (hex !== undefined) return hex + hexEnd === "" ? whole : charOf(hex, 16);
    if (decimal !== undefined) return (decimal + decimalEnd).length < 2 ? whole : charOf(decimal, 10);
    if (end === ";") return named.get(name) ?? unnamed(name, whole);
    const [prefix] = bare.exec(name) ?? [];
    return prefix === undefined ? whole : named.get(prefix)! + name.slice(prefix.length);
  });
}

function unnamed(name: string, whole: string): string {
  const [prefix] = bare.exec(name) ?? [];
  if (prefix !== undefined) return `${named.get(prefix)!}${name.slice(prefix.length)};`;
  return /^[A-Za-z]/.test(name) ? "\ufffd" : whole;
}

/** Returns the character of a number, which wraps at 32 bits as in Go. */
function charOf(digits: string, base: number): string {
  let code = 0;
  for (const digit of digits) code = (Math.imul(code, base) + Number.parseInt(digit, base)) | 0;
  if (code >= 0x80 && code <= 0x9f) return windows1252[code - 0x80]!;
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return valid ? String.fromCodePoint(code) : "\ufffd";
}
