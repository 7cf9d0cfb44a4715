import type { Alert, AlertAborted, AlertTemplate, TemplateError, TemplateOptions } from "../index.ts";
import type { Place } from "./problem.ts";
import type { ScalarText } from "./scalar.ts";

/** Loaded only once a command needs it. */
export type Engine = typeof import("../index.ts");

/** In the order in which they are shown. */
export const alertParts = ["title", "subtitle", "body", "html"] as const;

export type Rendered = Alert | AlertAborted | { readonly text: string; readonly aborted?: undefined };

/** A file that holds templates: read, not yet compiled. */
export interface Source {
  readonly file: string;
  /** The name of the template in Go's messages. Absent for an alert: its parts have names of their own. */
  readonly name?: string;
  /** Present for an alert file. */
  readonly alertTemplate?: AlertTemplate;
  /** @throws {@link TemplateError} */
  compile(engine: Engine, options: TemplateOptions): (profile: unknown) => Rendered;
  /** Finds the text of a part of an alert in its file. */
  scalar?(part: (typeof alertParts)[number]): ScalarText | undefined;
  /** Finds the place of a template error in the file. */
  place(error: TemplateError): Place;
}

/** Makes the source for a file that is one template from its first byte to its last. */
export function templateSource(file: string, text: string, name: string): Source {
  return {
    file,
    name,
    compile({ compile, RenderAborted }, options) {
      const template = compile(text, { name, ...options });
      return (profile) => {
        try {
          return { text: template.render(profile) };
        } catch (error) {
          if (error instanceof RenderAborted) return { aborted: error.reason };
          throw error;
        }
      };
    },
    place: ({ line, column }) => ({ file, line, column }),
  };
}
