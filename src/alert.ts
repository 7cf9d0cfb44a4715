import { compile, type Template, type TemplateOptions } from "./template/index.ts";

/** The text parts of one alert; each is a Go template. `title` is required. */
export interface AlertTemplate {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
  readonly html?: string | undefined;
}

/** What one profile gets: the same parts as its {@link AlertTemplate}, rendered. */
export interface Alert {
  title: string;
  subtitle?: string;
  body?: string;
  html?: string;
}

export interface CompiledAlert {
  /** @throws {@link TemplateError} of phase `"exec"` from the first part that fails. */
  render(profile: unknown): Alert;
}

const parts = ["title", "subtitle", "body"] as const;

export function compileAlert(template: AlertTemplate, options: TemplateOptions = {}): CompiledAlert {
  const compiled: [(typeof parts)[number], Template][] = [];
  for (const part of parts) {
    const text = template[part];
    if (text !== undefined) compiled.push([part, compile(text, { ...options, name: options.name ?? part })]);
  }
  return {
    render(profile) {
      const alert: Alert = { title: "" };
      for (const [part, template] of compiled) alert[part] = template.render(profile);
      return alert;
    },
  };
}

export function renderAlert(profile: unknown, template: AlertTemplate, options?: TemplateOptions): Alert {
  return compileAlert(template, options).render(profile);
}
