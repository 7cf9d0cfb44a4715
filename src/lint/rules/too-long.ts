import { alerting } from "../../functions/index.ts";
import { compile } from "../../template/index.ts";
import type { Part } from "../finding.ts";
import type { Context, Rule } from "../rule.ts";

/** Characters shown of each part, roughly: as documented by the platforms, or as fits a phone. */
export const shownLengths: Readonly<Record<string, { readonly [P in Part]?: number }>> = {
  push: { title: 65, subtitle: 65, body: 240 },
  email: { title: 70 },
  sms: { body: 160 },
};

/** Limits the samples that are rendered. */
const maxSamples = 500;

/** Finds texts that are cut off when shown. */
export const tooLong: Rule = {
  name: "too-long",
  severity: "warning",
  summary: "A title or body longer than what the channel shows.",
  reason:
    "Notifications and lists of emails show only the beginning. Put the important part there, or shorten the text; `maxLength` sets other limits.",
  examples: {
    good: [{ text: { title: "Hey, {{ .name }}" }, options: { channel: "push", samples: [{ name: "Ada" }] } }],
    bad: [
      {
        text: { title: "Hey, {{ .name }}" },
        options: { channel: "push", samples: [{ name: "Ada ".repeat(20) }, { name: "Bo" }] },
      },
      {
        text: { title: "Something that nobody will ever read to its end on the small screen of a telephone" },
        options: { channel: "email" },
      },
    ],
  },
  check(context) {
    const { part, options } = context;
    const limit = part && (options.maxLength?.[part] ?? shownLengths[options.channel ?? ""]?.[part]);
    if (limit === undefined || !context.parses) return {};
    return {
      done() {
        const lengths = context.samples.length > 0 ? rendered(context) : [constantLength(context)];
        const over = lengths.filter((length) => length > limit);
        if (over.length === 0) return;
        const how =
          context.samples.length > 0
            ? `in ${over.length} of ${lengths.length} samples, up to ${Math.max(...over)}`
            : `${over[0]} without counting values`;
        const { text } = context.source;
        const end = text.indexOf("\n");
        context.report({
          message: `The ${part} is longer than the ${limit} characters that are shown (${how}). Shorten it, or put the important part first.`,
          at: { start: 0, end: end < 0 ? text.length : end },
        });
      },
    };
  },
};

function rendered({ source, options, samples }: Context): number[] {
  const { delims, name, text } = source;
  const { missingKey, numbers, functions = [alerting], templates } = options;
  try {
    const template = compile(text, { delims, name, missingKey, numbers, functions, templates });
    return samples.slice(0, maxSamples).flatMap((sample) => {
      try {
        return [...template.render(sample)].length;
      } catch {
        return []; // another rule reports failures
      }
    });
  } catch {
    return [];
  }
}

/** Returns the length of the text that every profile gets. */
function constantLength({ trees, source }: Context): number {
  const nodes = trees.get(source.name)?.root.nodes ?? [];
  return nodes.reduce((sum, node) => sum + (node.kind === "text" ? [...node.text].length : 0), 0);
}
