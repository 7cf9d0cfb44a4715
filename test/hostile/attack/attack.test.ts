import { expect, test } from "vitest";
import { isFullSize, sized } from "../../sized.ts";
import { temporaryFolder } from "../../stores/folder.ts";
import { largest } from "../corpus/bodies.ts";
import { attack } from "./attack.ts";

const folder = temporaryFolder();

// Takes half a minute: `CI=true npm test` runs it.
test.runIf(isFullSize)(
  "a service under attack with little memory loses nothing that honest people bring",
  async () => {
    const { requests, honest, faults } = await attack(folder.path, {
      seconds: sized(6, 15),
      memory: 256,
      bytes: sized(2 ** 21, largest),
    });
    expect(faults).toEqual([]);
    expect(honest).toMatchObject({ arrived: honest.kept, twice: 0 });
    expect(honest.kept).toBeGreaterThan(0);
    // Everybody got to try.
    expect(Object.values(requests).filter((counts) => Object.keys(counts).length === 0)).toEqual([]);
  },
  240_000,
);
