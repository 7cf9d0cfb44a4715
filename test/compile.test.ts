import { expect, test } from "vitest";
import { compile } from "../src/index.ts";

test("an escaping nobody knows is refused", () => {
  for (const name of ["xml", "__proto__", "", 1] as never[]) {
    expect(() => compile("{{ . }}", { escape: name })).toThrow(TypeError(`unrecognized option: escape=${name}`));
  }
});
