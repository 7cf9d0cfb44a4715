import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type NotificationCase, notificationCases, now, payloadNamed, templatesNamed } from "../../conformance/alertmanager/case.ts"; // biome-ignore format: one line
import { callOf, kept, type StockRender, stockFile, stockTemplates } from "../../conformance/alertmanager/stock.ts";
import type { Answer } from "../../conformance/case.ts";
import { alertmanager, alertmanagerData } from "../../src/functions/index.ts";
import { compile, TemplateError } from "../../src/index.ts";

type Question = Omit<NotificationCase, "want" | "files"> & { readonly texts?: readonly string[] };

const htmlWorks = (() => {
  try {
    return compile("<p>{{ . }}</p>", { escape: "html" }).render("<") === "<p>&lt;</p>";
  } catch {
    return false;
  }
})();

function answer({ template, payload, data, texts = [], html }: Question): Answer {
  try {
    const compiled = compile(template, {
      name: "",
      functions: [alertmanager],
      missingKey: "zero",
      clock: () => new Date(now),
      templates: Object.fromEntries(texts.map((text, i) => [`file ${i}`, text])),
      ...(html && { escape: "html" }),
    });
    return { output: compiled.render(payload ? alertmanagerData(payloadNamed(payload)) : data) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.phase === "exec" ? { output: error.output, error: error.message } : { error: error.message };
  }
}

const cases = notificationCases();
const asText = cases.filter(({ html }) => !html);

describe("as Alertmanager's own package", () => {
  test("there are cases", () => {
    expect(asText.length).toBeGreaterThan(300);
  });
  test.each(asText)("$template $payload", ({ want, files = [], ...question }) => {
    expect(answer({ ...question, texts: files.map(templatesNamed) })).toEqual(want);
  });
  test.skipIf(!htmlWorks).each(cases.filter(({ html }) => html))(
    "as html: $template $payload",
    ({ want, files = [], ...question }) => {
      expect(answer({ ...question, texts: files.map(templatesNamed) })).toEqual(want);
    },
  );
});

describe("Alertmanager's stock templates", () => {
  const renders: readonly StockRender[] = JSON.parse(readFileSync(stockFile, "utf8")).cases;
  const stock = stockTemplates();
  const missing =
    "Debian's package prometheus-alertmanager is not installed, and ALERTMANAGER_TEMPLATES names no such folder";
  test.skipIf(!stock)(`are all rendered${stock ? "" : ` (${missing})`}`, () => {
    expect(new Set(renders.map(({ name }) => name))).toEqual(new Set(stock?.names));
  });
  const possible = renders.filter(({ html }) => !html || htmlWorks);
  test.skipIf(!stock).each(possible)("$name for $payload, html: $html", ({ name, payload, html, output }) => {
    const given = answer({ template: callOf(name), payload, html, texts: stock?.texts ?? [] });
    expect({ ...given, output: kept(given.output ?? "") }).toEqual({ output });
  });
});
