import { define, Float64, type GoType, goType, utc } from "../../template/index.ts";
import { parseTime } from "../parse-time.ts";
import { type GoTime, goTime, zeroTime } from "../time.ts";
import { KV } from "./kv.ts";
import { Fields, listOf } from "./values.ts";

/** Holds the types of one sender; those of Grafana have more fields. */
interface Model {
  readonly data: string;
  readonly alert: string;
  readonly alerts: GoType<readonly Fields[]>;
}

/** Makes the type of a list of alerts, whose methods return plain lists of alerts. */
function alertsType(name: string, alert: string): GoType<readonly Fields[]> {
  const some: GoType<readonly Fields[]> = { name: `[]${alert}`, typed: true };
  const withStatus = (status: string) => (all: readonly Fields[]) =>
    define({ params: [], context: true }, (context) => {
      context.spend(all.length);
      return listOf(
        some,
        all.filter((one) => Fields.of(one).Status === status),
      );
    });
  return { name, typed: true, methods: { Firing: withStatus("firing"), Resolved: withStatus("resolved") } };
}

const prometheus: Model = {
  data: "*template.Data",
  alert: "template.Alert",
  alerts: alertsType("template.Alerts", "template.Alert"),
};

const grafana: Model = {
  data: "*templates.ExtendedData",
  alert: "templates.ExtendedAlert",
  alerts: alertsType("templates.ExtendedAlerts", "templates.ExtendedAlert"),
};

type Json = Readonly<Record<string, unknown>>;

/**
 * Makes the data that a notification template sees of the JSON that Alertmanager (or Grafana, which is recognised by its
 * fields) posts to webhooks: `.Status`, `.Alerts.Firing`, `.CommonLabels.SortedPairs`, `.StartsAt.Format`, … Missing fields
 * are empty, as Go decodes them. Templates of Alertmanager run with `missingKey: "zero"`.
 *
 *     compile(text, { functions: [alertmanager], missingKey: "zero" }).render(alertmanagerData(payload))
 *
 * @param payload parsed JSON; never changed
 * @throws TypeError that names the invalid field
 */
export function alertmanagerData(payload: unknown): object {
  const data = objectAt(payload, "the payload");
  const all = listAt(data, "alerts", "");
  const model = isGrafana(data, all) ? grafana : prometheus;
  const common = {
    Receiver: textAt(data, "receiver", ""),
    Status: textAt(data, "status", ""),
    Alerts: listOf(
      model.alerts,
      all.map((alert, i) => alertOf(objectAt(alert, `alerts[${i}]`), `alerts[${i}].`, model)),
    ),
    GroupLabels: kvAt(data, "groupLabels", ""),
    CommonLabels: kvAt(data, "commonLabels", ""),
    CommonAnnotations: kvAt(data, "commonAnnotations", ""),
    ExternalURL: textAt(data, "externalURL", ""),
  };
  if (model === prometheus) return new Fields(model.data, common);
  return new Fields(model.data, {
    ...common,
    GroupKey: textAt(data, "groupKey", ""),
    TruncatedAlerts: data.truncatedAlerts ?? null,
    Vars: new KV(),
  });
}

const onlyGrafana = ["silenceURL", "dashboardURL", "panelURL", "values", "valueString"];

function isGrafana(data: Json, alerts: readonly unknown[]): boolean {
  if (Object.hasOwn(data, "orgId")) return true;
  return alerts.some((alert) => typeof alert === "object" && alert !== null && onlyGrafana.some((name) => Object.hasOwn(alert, name))); // biome-ignore format: one test
}

function alertOf(alert: Json, at: string, model: Model): Fields {
  const common = {
    Status: textAt(alert, "status", at),
    Labels: kvAt(alert, "labels", at),
    Annotations: kvAt(alert, "annotations", at),
    StartsAt: timeAt(alert, "startsAt", at),
    EndsAt: timeAt(alert, "endsAt", at),
    GeneratorURL: textAt(alert, "generatorURL", at),
    Fingerprint: textAt(alert, "fingerprint", at),
  };
  if (model === prometheus) return new Fields(model.alert, common);
  return new Fields(model.alert, {
    ...common,
    SilenceURL: textAt(alert, "silenceURL", at),
    DashboardURL: textAt(alert, "dashboardURL", at),
    PanelURL: textAt(alert, "panelURL", at),
    Values: valuesAt(alert, "values", at),
    ValueString: textAt(alert, "valueString", at),
    ImageURL: textAt(alert, "imageURL", at),
    EmbeddedImage: textAt(alert, "embeddedImage", at),
    OrgID: alert.orgId ?? null,
  });
}

/** Makes the error for a field of the wrong type. */
function wrong(at: string, value: unknown, wanted: string): TypeError {
  const found =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "a list"
        : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
  return new TypeError(`${at} is ${found}, not ${wanted}`);
}

function objectAt(value: unknown, at: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(at, value, "an object");
  return value as Json;
}

const own = (of: Json, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined);

function textAt(of: Json, name: string, at: string): string {
  const value = own(of, name) ?? "";
  if (typeof value !== "string") throw wrong(at + name, value, "text");
  return value;
}

function listAt(of: Json, name: string, at: string): readonly unknown[] {
  const value = own(of, name) ?? [];
  if (!Array.isArray(value)) throw wrong(at + name, value, "a list");
  return value;
}

function kvAt(of: Json, name: string, at: string): KV {
  const kv = new KV();
  for (const [key, value] of Object.entries(objectAt(own(of, name) ?? {}, at + name))) {
    if (typeof value !== "string") throw wrong(`${at}${name}.${key}`, value, "text");
    kv.set(key, value);
  }
  return kv;
}

class Values extends Map<string, unknown> {
  get [goType](): GoType<Values> {
    return valuesType;
  }
}

const valuesType: GoType<Values> = { name: "map[string]float64", typed: true, zero: new Float64(0) };

function valuesAt(of: Json, name: string, at: string): Values {
  const values = new Values();
  for (const [key, value] of Object.entries(objectAt(own(of, name) ?? {}, at + name))) {
    if (typeof value !== "number") throw wrong(`${at}${name}.${key}`, value, "a number");
    values.set(key, new Float64(value));
  }
  return values;
}

function timeAt(of: Json, name: string, at: string): GoTime {
  const value = own(of, name) ?? null;
  if (value === null) return zeroTime;
  if (typeof value !== "string") throw wrong(at + name, value, "a time as text");
  try {
    return goTime(parseTime("2006-01-02T15:04:05Z07:00", value, utc));
  } catch {
    throw new TypeError(
      `${at}${name} is ${JSON.stringify(value.slice(0, 50))}, not a time such as 2026-11-24T18:30:00Z`,
    );
  }
}
