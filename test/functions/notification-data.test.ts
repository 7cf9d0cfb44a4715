import { describe, expect, test } from "vitest";
import { payloadNamed } from "../../conformance/alertmanager/case.ts";
import { alertmanager, alertmanagerData } from "../../src/functions/index.ts";
import { compile, TemplateError, type TemplateOptions } from "../../src/index.ts";

const options: TemplateOptions = {
  name: "t",
  functions: [alertmanager],
  missingKey: "zero",
  clock: () => new Date("2026-11-24T18:30:00Z"),
};

function render(template: string, payload: unknown, more: TemplateOptions = {}): string {
  try {
    return compile(template, { ...options, ...more }).render(alertmanagerData(payload));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.message.replace(/^.*?at </, "<");
  }
}

describe("what a payload does not have is empty", () => {
  test.each([{}, { alerts: null, groupLabels: null, status: null }, { alerts: [], commonLabels: {} }])(
    "%j",
    (payload) => {
      expect(render("{{ . }}|{{ len .Alerts }}|{{ .GroupLabels.Names }}|{{ .Status }}", payload)).toBe(
        "{  []    }|0|[]|",
      );
    },
  );
  test("of an alert too", () => {
    expect(render("{{ range .Alerts }}{{ . }}{{ .StartsAt.IsZero }}{{ end }}", { alerts: [{}] })).toBe(
      "{   0001-01-01 00:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC  }true",
    );
  });
});

test.each([
  [null, "the payload is null, not an object"],
  ["[]", "the payload is a string, not an object"],
  [[], "the payload is a list, not an object"],
  [{ status: 1 }, "status is a number, not text"],
  [{ alerts: {} }, "alerts is a object, not a list"],
  [{ alerts: [{}, 5] }, "alerts[1] is a number, not an object"],
  [{ alerts: [{ labels: { severity: 3 } }] }, "alerts[0].labels.severity is a number, not text"],
  [{ commonLabels: ["a"] }, "commonLabels is a list, not an object"],
  [
    { alerts: [{ startsAt: "yesterday" }] },
    'alerts[0].startsAt is "yesterday", not a time such as 2026-11-24T18:30:00Z',
  ],
  [{ alerts: [{ endsAt: 5 }] }, "alerts[0].endsAt is a number, not a time as text"],
  [{ alerts: [{ values: { A: "1" } }] }, "alerts[0].values.A is a string, not a number"],
])("a payload that is none: %j", (payload, message) => {
  expect(() => alertmanagerData(payload)).toThrow(new TypeError(message.replace("a object", "an object")));
});

describe("labels are data, whatever they are called", () => {
  const labels = JSON.parse(
    '{"Names": "n", "Remove": "r", "__proto__": "p", "constructor": "c", "alertname": "A", "toString": "t"}',
  );
  test("a label hides no method, and no prototype is one", () => {
    expect(
      render(
        '{{ .GroupLabels.Names }} {{ index .GroupLabels "Names" }} {{ .GroupLabels.constructor }} {{ .GroupLabels.hasOwnProperty }}|',
        { groupLabels: labels },
      ),
    ).toBe("[alertname Names Remove __proto__ constructor toString] n c |");
    expect(
      render("{{ .GroupLabels.__proto__ }} {{ .CommonLabels.__proto__ }}|{{ .CommonLabels.constructor }}|", {
        groupLabels: labels,
      }),
    ).toBe("p ||");
  });
  test("the payload is not changed, and data without a type has no methods", () => {
    const payload = payloadNamed("mixed");
    const before = JSON.stringify(payload);
    render("{{ (.CommonLabels.Remove .GroupLabels.Names).SortedPairs }}", payload);
    expect(JSON.stringify(payload)).toBe(before);
    expect(() =>
      compile("{{ .commonLabels.Names.x }}", { name: "t", functions: [alertmanager] }).render({
        commonLabels: { Names: "n" },
      }),
    ).toThrow("can't evaluate field x in type interface {}");
  });
});

describe("Grafana's payloads", () => {
  const payload = {
    ...(payloadNamed("firing") as object),
    orgId: 1,
    alerts: [
      {
        status: "firing",
        labels: { alertname: "Hot" },
        startsAt: "2026-11-24T18:00:00Z",
        values: { B: 22.5, C: 1 },
        valueString: "[ var='B' value=22.5 ]",
        silenceURL: "https://grafana.example.com/silence",
        dashboardURL: "https://grafana.example.com/d/1",
        panelURL: "https://grafana.example.com/d/1?viewPanel=2",
      },
    ],
  };
  test("have more fields", () => {
    const text =
      '{{ range .Alerts.Firing }}{{ .Values.B }} {{ .Values }} {{ .Values.none }} {{ .ValueString }} {{ .SilenceURL }} {{ .DashboardURL }} {{ .PanelURL }}{{ end }} {{ .GroupKey | len }} {{ printf "%T %T" . .Alerts }}';
    expect(render(text, payload)).toBe(
      "22.5 map[B:22.5 C:1] 0 [ var='B' value=22.5 ] https://grafana.example.com/silence https://grafana.example.com/d/1 https://grafana.example.com/d/1?viewPanel=2 64 *templates.ExtendedData templates.ExtendedAlerts",
    );
  });
  test("which Alertmanager's do not", () => {
    expect(render("{{ range .Alerts }}{{ .Values }}{{ end }}", payloadNamed("firing"))).toBe(
      "<.Values>: can't evaluate field Values in type template.Alert",
    );
  });
  test("functions of namespaces", () => {
    expect(
      render(
        '{{ (coll.Dict "a" 1 "b").a }} {{ coll.Append "x" .CommonLabels.Names | len }} {{ coll.Dict "k" }}|',
        payload,
      ),
    ).toBe("1 6 map[k:]|");
    expect(render("{{ coll.Append 1 2 }}", payload)).toBe(
      "<coll.Append>: error calling Append: expected an array or slice, but got a reflect.Value",
    );
    expect(render("{{ coll.Nope 1 }}", payload)).toBe("<coll>: can't evaluate field Nope in type interface {}");
    expect(render('{{ data.ToJSON (coll.Dict "a" .GroupLabels "b" (coll.Slice 1 "x")) }}', payload)).toBe(
      '{"a":{"alertname":"HighErrorRate","cluster":"eu-1"},"b":[1,"x"]}',
    );
    expect(render('{{ range data.JSON "[1, 2.5]" }}<{{ . }}>{{ end }} {{ time.Now.Year }}', payload)).toBe(
      "<1><2.5> 2026",
    );
  });
});

test("local time is the option", () => {
  const text = '{{ (index .Alerts 0).StartsAt | tz "Local" | date "15:04 MST" }}';
  expect(render(text, payloadNamed("firing"), { timeZone: "Asia/Tokyo" })).toBe("02:03 JST");
});

test("as HTML, labels are escaped where they stand", () => {
  const payload = { groupLabels: { a: "<b>&" }, externalURL: "javascript:alert(1)" };
  expect(
    render(
      '<p title="{{ .GroupLabels }}">{{ .GroupLabels.a }}{{ safeHtml "<hr>" }}<a href="{{ .ExternalURL }}">',
      payload,
      { escape: "html" },
    ),
  ).toBe('<p title="a=&lt;b&gt;&amp;">&lt;b&gt;&amp;<hr><a href="#ZgotmplZ">');
});
