import { defaultFunction } from "./functions/default.ts";
import { compile, type Template, type TemplateOptions } from "./template/index.ts";

/** The parts of an alert as templates; only `title` has to be there. */
export interface AlertTemplate {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
  /** Not yet available. */
  readonly html?: string | undefined;
}

/** What one profile gets: the parts that its {@link AlertTemplate} has, rendered. */
export interface Alert {
  title: string;
  subtitle?: string;
  body?: string;
  html?: string;
}

export interface CompiledAlert {
  /**
   * @param profile never changed
   * @throws TemplateError of phase `"exec"`, from the first part that fails
   */
  render(profile: unknown): Alert;
}

const parts = ["title", "subtitle", "body"] as const;

/**
 * Compiles once, renders many. Each part is a template set of its own: what one defines, another cannot call.
 * @param options as of `compile`; `functions` has Sprig's `default` unless given, and a part's name in messages is
 * `title`, `subtitle` or `body`, behind `name` and a dot if there is one
 * @throws TemplateError of phase `"parse"`; TypeError for a missing title; Error for an `html` part
 */
export function compileAlert(template: AlertTemplate, options: TemplateOptions = {}): CompiledAlert {
  if (typeof template?.title !== "string") throw new TypeError("an alert template needs a title, as text");
  if (template.html !== undefined) {
    throw new Error("the html part of an alert is not yet available: it needs escaping by context to be safe");
  }
  const { name, functions = [{ default: defaultFunction }] } = options;
  const compiled: [(typeof parts)[number], Template][] = [];
  for (const part of parts) {
    const text = template[part];
    if (text === undefined) continue;
    if (typeof text !== "string") throw new TypeError(`the ${part} of an alert template is text`);
    compiled.push([
      part,
      compile(text, { ...options, functions, name: name === undefined ? part : `${name}.${part}` }),
    ]);
  }
  return {
    render(profile) {
      const alert: Alert = { title: "" };
      for (const [part, one] of compiled) alert[part] = one.render(profile);
      return alert;
    },
  };
}

/** One alert for one profile; the same alert for many is {@link compileAlert}'s. */
export function renderAlert(profile: unknown, template: AlertTemplate, options?: TemplateOptions): Alert {
  return compileAlert(template, options).render(profile);
}
