import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { TestResponse } from "./harness.ts";

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By media type. */
  readonly bodies: Readonly<Record<string, object>>;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: object;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export function operationsOf(document: OpenApi): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const {
        parameters = [],
        requestBody,
        responses,
      } = operation as {
        readonly parameters?: readonly Parameter[];
        readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
        readonly responses: Operation["responses"];
      };
      const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]);
      return { method: method.toUpperCase(), path, parameters, bodies: Object.fromEntries(bodies), responses };
    }),
  );
}

/** A schema of the document on its own. */
export const whole = (document: OpenApi, schema: object): object => ({
  ...(JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/")) as object),
  $defs: JSON.parse(JSON.stringify(document.components.schemas).replaceAll("#/components/schemas/", "#/$defs/")),
});

/** Returns a function that tells whether the document allows a body. */
export function allowing(document: OpenApi): (operation: Operation, body: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false });
  return ({ bodies }, body) => ajv.validate(whole(document, bodies["application/json"]!), body) as boolean;
}

/** Returns a function that says how a response differs from the document; undefined if it does not. */
export function judge(document: OpenApi): (operation: Operation, answer: TestResponse) => string | undefined {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (formats as unknown as (ajv: unknown) => void)(ajv);
  const known = new Map<object, ValidateFunction>();
  return ({ responses }, { status, type = "", body }) => {
    const response = responses[status];
    if (status >= 500) return `a ${status}`;
    if (response === undefined) return `a ${status} is not in the document`;
    const mediaType = type.split(";", 1)[0]!;
    const schema = response.content?.[mediaType]?.schema;
    if (schema === undefined) return `a ${status} of the type ${mediaType} is not in the document`;
    if (!/json$/.test(mediaType)) return undefined;
    const validate = known.get(schema) ?? ajv.compile(whole(document, schema));
    known.set(schema, validate);
    return validate(body)
      ? undefined
      : `a ${status} that is not as the document says: ${ajv.errorsText(validate.errors)}`;
  };
}
