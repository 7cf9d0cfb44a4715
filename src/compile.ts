import { passes } from "./escape/index.ts";
import { compile as compileLanguage, type LanguageOptions, type Template } from "./template/index.ts";

export interface TemplateOptions extends LanguageOptions {
  /**
   * What values are escaped for: `"none"` writes them as they are, as Go's `text/template`; `"html"` escapes each for the
   * place in the HTML where it stands, as Go's `html/template`. @default "none"
   */
  readonly escape?: Escaping | undefined;
}

export type Escaping = "none" | keyof typeof passes;

/**
 * Parses, escapes and resolves once; renders many times.
 * @throws TemplateError of phase `"parse"`, or `"escape"` where the text cannot be escaped; TypeError for options that make
 * no sense
 */
export function compile(text: string, options: TemplateOptions = {}): Template {
  const { escape: escaping = "none" } = options;
  if (escaping === "none") return compileLanguage(text, options);
  if (!Object.hasOwn(passes, escaping)) throw new TypeError(`unrecognized option: escape=${escaping}`);
  return compileLanguage(text, options, passes[escaping]);
}
