import { type Context, define, elementsOf, formatValue, kindOf } from "../../template/index.ts";
import { formatter, locales } from "./intl.ts";
import { taken } from "./number.ts";

export const formatList = define(
  { params: ["any"], variadic: true, returns: "string", context: true },
  (context: Context, ...args: unknown[]) => {
    const { wishes, value } = taken(context, args, ["and", "or"]);
    if (kindOf(value, context.numbers) !== "list") {
      throw new Error(value === null ? "there is no list; the value is missing" : "the value is no list");
    }
    const type = wishes.word === "or" ? "disjunction" : "conjunction";
    const lists = formatter(
      context,
      "list",
      `${wishes.locale} ${type}`,
      () => new Intl.ListFormat(locales(wishes.locale), { type }),
    );
    const { output, depth } = context.limits;
    const items = elementsOf(value);
    const texts: string[] = [];
    let size = 0;
    for (let i = 0; i < items.length; i++) {
      context.spend(1);
      const text = formatValue(items[i], { numbers: context.numbers, output, depth, payer: context });
      size += text.length;
      context.grow(size > output ? size : text.length);
      texts.push(text);
    }
    return lists.format(texts);
  },
);
