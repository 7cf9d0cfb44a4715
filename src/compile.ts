import { passes } from "./escape/index.ts";
import { compile as compileLanguage, type LanguageOptions, type Template } from "./template/index.ts";

export interface TemplateOptions extends LanguageOptions {
  /**
   * Escaping of values: `"none"` writes them as they are, as Go's `text/template`; `"html"` escapes each for its place in the
   * HTML, as Go's `html/template`; `"json"` writes each as JSON, for its place in the JSON. @default "none"
   */
  readonly escape?: Escaping | undefined;
}

export type Escaping = "none" | keyof typeof passes;

/**
 * Compiles a template: parses, escapes and resolves it once, to be rendered many times.
 * @throws TemplateError of phase `"parse"`, or `"escape"` if the text cannot be escaped; TypeError for invalid options
 */
export function compile(text: string, options: TemplateOptions = {}): Template {
  const { escape: escaping = "none" } = options;
  if (escaping === "none") return compileLanguage(text, options);
  if (!Object.hasOwn(passes, escaping)) throw new TypeError(`unrecognized option: escape=${escaping}`);
  return compileLanguage(text, options, passes[escaping]);
}
