import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tocsin } from "./harness.ts";

const folder = join(import.meta.dirname, "../../examples");
const alerts = readdirSync(join(folder, "alerts")).filter((file) => file !== "broken.yaml");
const render = (alert: string, ...args: string[]) => tocsin(folder, ["render", `alerts/${alert}`, ...args]);

const shown: Readonly<Record<string, readonly string[]>> = {
  "hello.yaml": ["title:    Hey, Ada"],
  "loyalty.yaml": [
    "title:    Gold",
    "body:     Ada, you have 1250 points.",
    "          They are good until 31 December.",
  ],
  "order-shipped.yaml": [
    "title:    Order 9007199254740993 is on its way",
    "subtitle: 2 items by pigeon",
    "body:     Punched cards           12 ×   0.45",
    "          Brass gear, 32 teeth     2 ×  18.50",
    "          Total                         42.40 EUR",
    "",
    "          Follow it: https://parcels.example.com/9007199254740993",
  ],
  "subscription.yaml": [
    "title:    Thank you for reading us",
    "body:     Hey, Byron.",
    "          Your yearly plan goes on as before.",
  ],
  "welcome.yaml": [
    "title:    Hey, Ada",
    "subtitle: For Ada Byron",
    "body:     Hey, Ada! Good to have you with us.",
    "          Charles will be glad that you came.",
  ],
};

describe("the example alerts", () => {
  test.each(alerts)("%s for one profile", async (alert) => {
    const stdout = shown[alert]?.map((line) => `${line}\n`).join("");
    expect(await render(alert, "--profile", "profile.json")).toEqual({ code: 0, stdout, stderr: "" });
  });

  test.each(alerts)("%s for every profile", async (alert) => {
    const { code, stdout, stderr } = await render(alert, "--profile", "profiles.ndjson");
    expect({ code, stderr, lines: stdout.split("\n").length - 1 }).toEqual({ code: 0, stderr: "", lines: 8 });
  });

  test("the broken one says what is wrong, where, and what to do", async () => {
    expect(await render("broken.yaml", "--profile", "profile.json")).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        "alerts/broken.yaml:4:41: body: template: body:1: bad character U+201D '”'",
        "1 | {{ if eq .subscriber_status subscribed” }}Thank you for reading us{{ else }}Come back to us{{ end }}",
        "  |                                       ^",
        'Use straight quotes ("…") inside template actions.',
        "",
      ].join("\n"),
    });
  });

  test.each([
    "Hey, {{ .first_name }}",
    "{{ if .first_name }}Hey, {{ .first_name }}{{ else }}I wish I knew you{{ end }}",
    'Hey, {{.last_name | default "valued customer"}}',
    "{{ if and .first_name .last_name }}",
    '{{ if eq .subscriber_status "subscribed" }}',
  ])("show %s", (idiom) => {
    const texts = alerts.map((file) => readFileSync(join(folder, "alerts", file), "utf8"));
    expect(texts.some((text) => text.includes(idiom))).toBe(true);
  });
});
