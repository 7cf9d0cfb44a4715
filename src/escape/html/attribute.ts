import type { Attr } from "./context.ts";

/**
 * Classifies attributes by name. `Unsafe`: the value changes what other content means or where it is sent. Go:
 * `html/template/attr.go`, after HTML 4 and 5.
 */
export type AttributeKind = "Plain" | "URL" | "CSS" | "JS" | "HTML" | "Srcset" | "Unsafe";

const kinds = new Map<string, AttributeKind>([
  ["srcdoc", "HTML"],
  ["srcset", "Srcset"],
  ["style", "CSS"],
]);
const words = (kind: AttributeKind, names: string): void => {
  for (const name of names.split(" ")) kinds.set(name, kind);
};
words(
  "Plain",
  "accept alt autocomplete autofocus autoplay border checked class cols colspan contenteditable contextmenu controls coords " +
    "datetime default dir dirname disabled draggable dropzone for formtarget headers height hidden high hreflang id ismap " +
    "kind label lang list loop low max maxlength media mediagroup min multiple name open optimum placeholder preload " +
    "pubdate radiogroup readonly required reversed rows rowspan spellcheck scope scoped seamless selected shape size sizes " +
    "span srclang start step tabindex target title width wrap",
);
words(
  "URL",
  "action archive background cite classid codebase data formaction href icon longdesc manifest poster profile src usemap xmlns",
);
words(
  "Unsafe",
  "accept-charset async challenge charset content crossorigin defer enctype form formenctype formmethod formnovalidate " +
    "http-equiv keytype language method novalidate pattern rel sandbox type value",
);

/** Returns the kind of an attribute. @param name in lower case */
export function attributeKind(name: string): AttributeKind {
  let bare = name;
  const colon = name.indexOf(":");
  if (name.startsWith("data-")) bare = name.slice(5);
  else if (colon >= 0) {
    if (name.startsWith("xmlns:")) return "URL";
    bare = name.slice(colon + 1);
  }
  const known = kinds.get(bare);
  if (known) return known;
  if (bare.startsWith("on")) return "JS";
  return /src|uri|url/.test(bare) ? "URL" : "Plain";
}

export function attrOf(name: string): Attr {
  switch (attributeKind(name)) {
    case "URL":
      return "URL";
    case "CSS":
      return "Style";
    case "JS":
      return "Script";
    case "Srcset":
      return "Srcset";
    default:
      return "None";
  }
}

/** Lowers as Go's `strings.ToLower`, as far as the result may contain ASCII. */
export const lower = (text: string): string => text.replaceAll("İ", "i").toLowerCase();

const scriptTypes =
  /^(?:|module|application\/(?:(?:x-)?(?:ecma|java)script|(?:ld\+)?json)|text\/(?:(?:x-)?(?:ecma|java)script|javascript1\.[0-5]|jscript|livescript))$/;
const goSpace = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Trims as Go's `strings.TrimSpace`. */
function withoutOuterSpace(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && goSpace.test(text[start]!)) start++;
  while (end > start && goSpace.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** Tells whether a `<script>` of this type is JavaScript or JSON. */
export const isScriptType = (type: string): boolean =>
  scriptTypes.test(withoutOuterSpace(lower(type.split(";", 1)[0]!)));
