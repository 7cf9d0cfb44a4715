import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";

const executablePath = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)]
  .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
  .find((path) => existsSync(path));
if (!executablePath) console.log("skipped: no Chromium is found, which would show the reference page");

test.skipIf(!executablePath)("the reference page shows all operations and loads nothing from other hosts", async () => {
  const s = await harness();
  const url = await s.service.listen({ port: 0 });
  const browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("data:")) wrong.push(request.url());
    });
    page.on("console", (said) => {
      if (said.type() === "error") wrong.push(said.text());
    });
    page.on("pageerror", (error) => wrong.push(error.message));
    await page.goto(`${url}/docs`);
    await page.locator("#operations-sends-send").waitFor();
    const { paths } = (await s.request("GET", "/openapi.json")).body;
    const operations = Object.values<object>(paths).flatMap((path) => Object.keys(path));
    expect(await page.locator(".opblock").count()).toBe(operations.length);
    await page.locator("#operations-sends-send .opblock-summary-control").click();
    await page.locator("#operations-sends-send .opblock-body").waitFor();
    expect(await page.locator("#operations-sends-send").innerText()).toContain("Hey, {{ .first_name }}");
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
    expect(wrong).toEqual([]);
  } finally {
    await browser.close();
    await s.close();
  }
});
