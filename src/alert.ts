import { compile, type TemplateOptions } from "./compile.ts";
import { alerting } from "./functions/alerting/index.ts";
import { RenderAborted, type Template, type TimeLimit } from "./template/index.ts";

/** Holds the parts of an alert as templates; only `title` is required. */
export interface AlertTemplate {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
  /** Its values are escaped for their place in the HTML; the other parts are plain text. */
  readonly html?: string | undefined;
}

/** Holds the alert for one profile: the parts that its {@link AlertTemplate} has, rendered. */
export interface Alert {
  title: string;
  subtitle?: string;
  body?: string;
  html?: string;
  aborted?: undefined;
}

/** Says that a template called `abort`: this profile gets no alert. `if (alert.aborted !== undefined)` tells it from an alert. */
export interface AlertAborted {
  /** The reason that the template gave. */
  aborted: string;
  title?: undefined;
  subtitle?: undefined;
  body?: undefined;
  html?: undefined;
}

/** Describes an alert whose parts are known from its template: these are text, and need no check. */
export type AlertOf<Given extends AlertTemplate> = Alert & {
  [part in "subtitle" | "body" | "html" as Given[part] extends string ? part : never]: string;
};

export interface CompiledAlert<Given extends AlertTemplate = AlertTemplate> {
  /**
   * Renders the parts in the order title, subtitle, body, html: the first that fails or aborts decides.
   * @param profile never changed
   * @param limit time for all parts together
   * @throws TemplateError of phase `"exec"`
   */
  render(profile: unknown, limit?: TimeLimit): AlertOf<Given> | AlertAborted;
}

const parts = ["title", "subtitle", "body", "html"] as const;

/**
 * Compiles an alert once, to be rendered many times. Each part is a template set of its own: templates defined in one cannot
 * be called in another.
 * @param options as of `compile`; `functions` is the set `alerting` by default; in messages a part is named `title`,
 * `subtitle`, `body` or `html`, after `name` and a dot if there is one; `escape` is `"html"` for that part only
 * @throws TemplateError of phase `"parse"`, for `html` also `"escape"`; TypeError for a missing title
 */
export function compileAlert<Given extends AlertTemplate>(
  template: Given,
  options: TemplateOptions = {},
): CompiledAlert<Given> {
  if (typeof template?.title !== "string") throw new TypeError("an alert template needs a title, as text");
  const { name, functions = [alerting], limits, monotonicClock = () => performance.now() } = options;
  const compiled: [(typeof parts)[number], Template][] = [];
  for (const part of parts) {
    const text = template[part];
    if (text === undefined) continue;
    if (typeof text !== "string") throw new TypeError(`the ${part} of an alert template is text`);
    const partName = name === undefined ? part : `${name}.${part}`;
    const escaping = part === "html" ? "html" : "none";
    compiled.push([part, compile(text, { ...options, functions, name: partName, escape: escaping })]);
  }
  return {
    render(profile, { time = limits?.time, since } = {}) {
      const alert: Alert = { title: "" };
      const limit = { time, since: since ?? (time === undefined ? undefined : monotonicClock()) };
      try {
        for (const [part, one] of compiled) alert[part] = one.render(profile, limit);
      } catch (error) {
        if (error instanceof RenderAborted) return { aborted: error.reason };
        throw error;
      }
      return alert as AlertOf<Given>;
    },
  };
}

/** Renders one alert for one profile; for many profiles use {@link compileAlert}. */
export function renderAlert<Given extends AlertTemplate>(
  profile: unknown,
  template: Given,
  options?: TemplateOptions,
): AlertOf<Given> | AlertAborted {
  return compileAlert(template, options).render(profile);
}
