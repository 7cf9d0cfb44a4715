import { type Context, define } from "../../template/index.ts";
import { numeric } from "./intl.ts";
import { category, taken } from "./number.ts";

export const plural = define(
  { params: ["string", "string", "int"], returns: "string" },
  (one: string, many: string, count: number | bigint) => (count === 1 ? one : many),
);

const categories = ["zero", "one", "two", "few", "many", "other"];

export const pluralForms = define(
  { params: ["string", "plain"], variadic: true, returns: "string", context: true },
  (context: Context, text: string, ...args: unknown[]) => {
    context.spend(text.length >> 4);
    const forms = new Map<string, string>();
    for (const form of text.split("|")) {
      const [name = "", ...rest] = form.split(":");
      if (!categories.includes(name.trim()) || rest.length === 0) {
        throw new Error(`${JSON.stringify(form.trim().slice(0, 50))} is no form; write "one: point | other: points"`);
      }
      forms.set(name.trim(), rest.join(":").trim());
    }
    const other = forms.get("other");
    if (other === undefined)
      throw new Error('the form "other" is missing; it is for every count that has no form of its own');
    const { wishes, value } = taken(context, args);
    return forms.get(category(context, wishes.locale, Number(numeric(value)), "cardinal")) ?? other;
  },
);
