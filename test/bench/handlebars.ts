import Handlebars from "handlebars";
import { handlebarsTemplates, type Part } from "./texts.ts";

/** What Handlebars lacks; each helper is also given its options last. `printf` reads each format once. */
export function createHandlebars(): typeof Handlebars {
  const instance = Handlebars.create();
  const formats = new Map<string, readonly string[]>();
  instance.registerHelper({
    and: (a: unknown, b: unknown) => a && b,
    eq: (a: unknown, b: unknown) => a === b,
    printf: (format: string, ...args: unknown[]) => {
      let pieces = formats.get(format);
      if (!pieces) {
        pieces = format.split(/(%d|%\.2f)/);
        formats.set(format, pieces);
      }
      let text = "";
      let next = 0;
      for (const piece of pieces) {
        if (piece === "%d") text += args[next++];
        else if (piece === "%.2f") text += (args[next++] as number).toFixed(2);
        else text += piece;
      }
      return text;
    },
  });
  return instance;
}

export const compileHandlebars = (part: Part): ((profile: unknown) => string) =>
  createHandlebars().compile(handlebarsTemplates[part], { noEscape: true });
