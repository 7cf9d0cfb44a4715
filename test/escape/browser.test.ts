import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { payloads } from "./payloads.ts";
import { nameplaces, places } from "./places.ts";

/** Asks a real browser whether any payload runs, and whether the page differs from that for a harmless value. */

const executablePath = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)]
  .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
  .find(existsSync);
if (!executablePath) console.log("skipped: no Chromium is found, which would judge whether hostile values run scripts");

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Functions that payloads and scripts of the page call. */
const marker = "var hits = 0; function ran() { hits++; } function use() {}";

/** Makes a page with one fragment for each value, each in a `div` of its own. */
const page = (fragments: readonly string[]): string =>
  `<!DOCTYPE html><html><head><meta charset="utf-8"><title>t</title><script>${marker}</script></head><body>${fragments.map((one) => `<div>${one}</div>`).join("\n")}<p id="end">end</p></body></html>`;

interface Verdict {
  /** Number of calls of `ran()` after everything was touched. */
  readonly hits: number;
  /** Number of the page's own end markers. */
  readonly ends: number;
  /** Elements and names of attributes of the first fragment that differs from the harmless one. */
  readonly difference: string | undefined;
  /** Schemes of the URLs that a click or a submit would follow. */
  readonly schemes: readonly string[];
}

/** Runs in a page that links and forms could leave. The page is parsed again, so that scripts cannot hide. */
const judge = `(hostile, harmless) => {
  addEventListener("submit", (event) => event.preventDefault(), true);
  for (const element of document.querySelectorAll("body *")) {
    if (!element.closest("a, form")) element.click?.();
    for (const type of ["mouseover", "focus", "error", "load"]) element.dispatchEvent(new Event(type));
  }
  const shape = (element) => {
    const children = [...(element instanceof HTMLTemplateElement ? element.content : element).children];
    return "<" + [element.nodeName, ...element.getAttributeNames()].join(" ") + ">" + children.map(shape).join("") + "</>";
  };
  const parse = (html) => [...new DOMParser().parseFromString(html, "text/html").body.children].map(shape);
  const [is, should] = [parse(hostile), parse(harmless)];
  const at = is.findIndex((one, i) => one !== should[i]);
  const urls = [...document.querySelectorAll("a, form, button")]
    .flatMap((element) => ["href", "xlink:href", "action", "formaction"].flatMap((name) => element.getAttribute(name) ?? []));
  return {
    hits,
    ends: document.querySelectorAll("body > #end").length,
    difference: at >= 0 ? is[at] : is.length === should.length ? undefined : is.length + " fragments",
    schemes: [...new Set(urls.map((url) => new URL(url, location).protocol))],
  };
}`;

describe.skipIf(!executablePath)("in Chromium", () => {
  let browser: Browser;
  let tab: Page;
  let body = "";
  /** Requests and dialogs of payloads. */
  const asked: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args, headless: true });
    const context = await browser.newContext();
    // Nothing leaves the machine: the page is served here, and all other requests are refused.
    await context.route("**/*", async (route) => {
      const { host, pathname } = new URL(route.request().url());
      if (host === "ran") asked.push(route.request().url());
      const own = host === "page.test" && pathname === "/" && route.request().isNavigationRequest();
      const answered = own ? route.fulfill({ contentType: "text/html; charset=utf-8", body }) : route.abort();
      await answered.catch(() => {}); // the page may be gone
    });
    tab = await context.newPage();
    tab.on("dialog", (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
  });

  async function verdict(hostile: string, harmless = hostile): Promise<Verdict> {
    asked.length = 0;
    body = hostile;
    await tab.goto("http://page.test/", { waitUntil: "domcontentloaded" });
    return tab.evaluate<Verdict>(`(${judge})(${JSON.stringify(hostile)}, ${JSON.stringify(harmless)})`);
  }

  test("payloads do run where nothing is escaped, and are seen to change the page", async () => {
    expect(new Set(payloads).size).toBeGreaterThanOrEqual(100);
    const plain = compile('<p title="{{.}}">{{.}}</p>');
    const render = (values: readonly string[]) => page(values.map((value) => plain.render(value)));
    const values = ["<script>ran()</script>", "<img src=//ran/x>", '" onclick="ran()'];
    const { hits, difference } = await verdict(render(values), render(["x", "x", "x"]));
    expect(hits).toBeGreaterThanOrEqual(2);
    expect(asked).toEqual(["http://ran/x"]);
    expect(difference).toBe("<DIV><P title><SCRIPT></></></>");
    const link = await verdict(page(['<a href="javascript:ran()">x</a>']));
    expect(link.schemes).toEqual(["javascript:"]);
  });

  test.each(Object.entries(places))("%s", async (_, fragment) => {
    const template = compile(fragment, { escape: "html" });
    const hostile = page(payloads.map((payload) => template.render(payload)));
    const { schemes, ...rest } = await verdict(hostile, page(payloads.map(() => template.render("x"))));
    expect(rest).toEqual({ hits: 0, ends: 1, difference: undefined });
    expect(asked).toEqual([]);
    expect(schemes.filter((scheme) => !/^(?:https?|mailto):$/.test(scheme))).toEqual([]);
  });

  test.each(Object.entries(nameplaces))("%s", async (_, fragment) => {
    const template = compile(fragment, { escape: "html" });
    const html = payloads.map((payload) => template.render(payload));
    expect(html.filter((one) => !/^<p (?:data-)?(?:ZgotmplZ|x)(?:="ran\(\)")?>x<\/p>$/.test(one))).toEqual([]);
    expect(await verdict(page(html))).toMatchObject({ hits: 0, ends: 1 });
  });
});
