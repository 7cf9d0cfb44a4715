import type { Action, Command, Identifier, Pipe } from "../../../grammar/index.ts";
import { quote } from "../../../grammar/index.ts";
import { type Context, failed, isComment, type Spot } from "./context.ts";
import type { EscaperName } from "./escapers.ts";
import { valueStates } from "./transition.ts";

/** Chooses the functions that make the value of an action safe, and merges them with the action's own `html` and `urlquery`. */

/** Returns the context after an action, and the functions that it needs. Go: `escapeAction`. */
export function readAction(
  before: Context,
  node: Action,
  spot: Spot,
  printed: () => string,
): readonly [Context, escapers: readonly EscaperName[]] {
  const c = nudge(before);
  const { commands } = node.pipe;
  for (const [i, command] of commands.entries()) {
    const name = identifierOf(command)?.name;
    if (name !== "html" && name !== "urlquery") continue;
    const unquoted = c.state === "Attr" && c.delim === "SpaceOrTagEnd" && name === "html";
    if (i < commands.length - 1 || unquoted) {
      return [failed(`predefined escaper ${quote(name)} disallowed in template`, spot, "predefined-escaper"), []];
    }
  }
  if (c.state === "Error") return [c, []];
  if (isUrl(c) && c.urlPart === "Unknown") {
    return [failed(`${printed()} appears in an ambiguous context within a URL`, spot, "ambiguous-url"), []];
  }
  const escapers = [...forState(c)];
  if (c.delim === "SpaceOrTagEnd") escapers.push("_html_template_nospaceescaper");
  else if (c.delim !== "None") escapers.push("_html_template_attrescaper");
  if (c.state === "JS") return [{ ...c, jsCtx: "DivOp" }, escapers];
  return [c.state === "Tag" ? { ...c, state: "AttrName" } : c, escapers];
}

/** Returns the context in which a value would be written, if markup must come before it. */
export function nudge(c: Context): Context {
  switch (c.state) {
    case "Tag":
      return { ...c, state: "AttrName" };
    case "BeforeValue":
      return { ...c, state: valueStates[c.attr], delim: "SpaceOrTagEnd", attr: "None" };
    case "AfterName":
      return { ...c, state: "AttrName", attr: "None" };
    default:
      return c;
  }
}

const isUrl = ({ state }: Context): boolean =>
  state === "URL" || (state.startsWith("CSS") && (state.endsWith("Str") || state.endsWith("URL")));

function forState(c: Context): readonly EscaperName[] {
  switch (c.state) {
    case "URL":
    case "CSSDqStr":
    case "CSSSqStr":
    case "CSSDqURL":
    case "CSSSqURL":
    case "CSSURL": {
      if (c.urlPart === "QueryOrFrag") return ["_html_template_urlescaper"];
      const escaper = c.state.endsWith("Str") ? "_html_template_cssescaper" : "_html_template_urlnormalizer";
      return c.urlPart === "None" ? ["_html_template_urlfilter", escaper] : [escaper];
    }
    case "MetaContentURL":
      return ["_html_template_urlfilter"];
    case "JS":
      return ["_html_template_jsvalescaper"];
    case "JSDqStr":
    case "JSSqStr":
      return ["_html_template_jsstrescaper"];
    case "JSTmplLit":
      return ["_html_template_jstmpllitescaper"];
    case "JSRegexp":
      return ["_html_template_jsregexpescaper"];
    case "CSS":
      return ["_html_template_cssvaluefilter"];
    case "Text":
      return ["_html_template_htmlescaper"];
    case "RCDATA":
      return ["_html_template_rcdataescaper"];
    case "AttrName":
    case "Tag":
      return ["_html_template_htmlnamefilter"];
    case "Srcset":
      return ["_html_template_srcsetescaper"];
    case "Attr":
    case "MetaContent":
      return [];
    default:
      if (isComment(c.state)) return ["_html_template_commentescaper"];
      throw new Error(`an action in state ${c.state}`);
  }
}

/** Maps functions to equivalent ones. `urlquery` is stricter than the normalizer, and may replace it. */
const equivalents: Readonly<Record<string, string>> = {
  _html_template_attrescaper: "html",
  _html_template_htmlescaper: "html",
  _html_template_rcdataescaper: "html",
  _html_template_urlescaper: "urlquery",
  _html_template_urlnormalizer: "urlquery",
};

const plainName = (name: string): string => equivalents[name] ?? name;

/** Maps each function to those that have nothing left to do after it. */
const covers: Readonly<Record<string, readonly string[]>> = {
  _html_template_commentescaper: ["_html_template_attrescaper", "_html_template_htmlescaper"],
  _html_template_cssescaper: ["_html_template_attrescaper"],
  _html_template_jsregexpescaper: ["_html_template_attrescaper"],
  _html_template_jsstrescaper: ["_html_template_attrescaper"],
  _html_template_jstmpllitescaper: ["_html_template_attrescaper"],
  _html_template_urlescaper: ["_html_template_urlnormalizer"],
};

/**
 * Appends escapers to a pipeline; an `html` or `urlquery` at its end replaces the equivalent escaper. Go:
 * `ensurePipelineContains`.
 */
export function withEscapers(pipe: Pipe, escapers: readonly EscaperName[]): Pipe {
  if (escapers.length === 0) return pipe;
  const commands = [...pipe.commands];
  let names: readonly string[] = escapers;
  const last = commands.at(-1)!;
  const own = identifierOf(last);
  if (own && (own.name === "html" || own.name === "urlquery")) {
    if (commands.length === 1 && last.args.length > 1) {
      // {{html .x .y}} becomes {{_eval_args_ .x .y | html}}.
      const [, ...args] = last.args;
      commands[0] = { ...last, args: [{ ...own, name: "_eval_args_" }, ...args] };
      append(commands, own.name, pipe);
    }
    if (names.some((name) => plainName(name) === own.name)) {
      names = names.map((name) => (plainName(name) === own.name ? own.name : name));
      commands.pop();
    }
  }
  const there = new Set(commands.map((command) => plainName(identifierOf(command)?.name ?? "")));
  for (const name of names) if (!there.has(plainName(name))) append(commands, name, pipe);
  return { ...pipe, commands };
}

function append(commands: Command[], name: string, { pos, start, end }: Pipe): void {
  const before = commands.at(-1);
  if (before && covers[identifierOf(before)?.name ?? ""]?.includes(name)) return;
  commands.push({ kind: "command", args: [{ kind: "identifier", name, pos, start, end }], pos, start, end });
}

function identifierOf({ args: [first] }: Command): Identifier | undefined {
  return first.kind === "identifier" ? first : undefined;
}
