declare module "openapi-fuzzer-core" {
  interface FuzzCase {
    readonly name: string;
    readonly request: {
      readonly method: string;
      readonly path: string;
      readonly pathParams?: Readonly<Record<string, unknown>>;
      readonly queryParams?: Readonly<Record<string, unknown>>;
      readonly body?: unknown;
    };
    readonly expect: { readonly status: readonly number[] };
  }
  const fuzzer: { swagger(document: object): readonly FuzzCase[] };
  export default fuzzer;
}
