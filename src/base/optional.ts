/** An optional dependency that is used and not installed. */
export class MissingPackageError extends Error {
  readonly package: string;

  constructor(name: string, options?: ErrorOptions) {
    super(
      `the package ${name} is needed for this and is not installed: npm install ${name} (all of them: npm install --include=optional tocsin)`,
      options,
    );
    this.name = "MissingPackageError";
    this.package = name;
  }
}

/**
 * Imports an optional dependency, or a module that imports some.
 * @param packages the optional dependencies that may be missing
 * @throws MissingPackageError names the one that is not installed
 */
export async function importOptional<T>(packages: string | readonly string[], load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw asMissingPackage(error, typeof packages === "string" ? [packages] : packages);
  }
}

/**
 * Returns a MissingPackageError where an import failed because one of the packages is not installed, else the error itself. Which
 * one it is stands in the error's message alone, in quotes: Node, Bun and Deno give no field for it.
 */
export function asMissingPackage(error: unknown, packages: readonly string[]): unknown {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) return error;
  const missing = packages.find((name) => error.message.includes(`'${name}'`));
  return missing === undefined ? error : new MissingPackageError(missing, { cause: error });
}
