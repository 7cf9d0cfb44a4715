import { expect, test } from "vitest";
import { asMissingPackage, importOptional, MissingPackageError } from "../../src/base/optional.ts";

/** Returns the error that Node gives for a package that is not installed. */
const unresolved = (name: string): Error =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /x/tocsin/dist/src/file.js`), {
    code: "ERR_MODULE_NOT_FOUND",
  });

test("gives what was imported", async () => {
  expect(await importOptional("x", async () => 7)).toBe(7);
});

test("names the package that is missing, and how it is installed", async () => {
  const cause = unresolved("@scope/b");
  const failed = importOptional(["a", "@scope/b", "c"], () => Promise.reject(cause));
  await expect(failed).rejects.toBeInstanceOf(MissingPackageError);
  await expect(failed).rejects.toMatchObject({
    name: "MissingPackageError",
    package: "@scope/b",
    message:
      "the package @scope/b is needed for this and is not installed: npm install @scope/b (all of them: npm install --include=optional tocsin)",
    cause,
  });
});

test.each([
  ["another package", unresolved("other")],
  ["a package whose name begins alike", unresolved("better-sqlite3-helper")],
  ["an error while the package is loaded", new Error("Cannot find package 'better-sqlite3'")],
  ["no error", "better-sqlite3"],
])("leaves %s as it is", (_, error) => {
  expect(asMissingPackage(error, ["better-sqlite3"])).toBe(error);
});
