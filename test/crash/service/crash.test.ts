import { expect, test } from "vitest";
import { isFullSize } from "../../sized.ts";
import { temporaryFolder } from "../../stores/folder.ts";
import { crashService } from "./crash.ts";

const folder = temporaryFolder();

// Takes half a minute: `CI=true npm test` runs it.
test.runIf(isFullSize)(
  "services that are killed alert each transition once",
  async () => {
    const { accepted, alerts, faults } = await crashService(folder.path, 6);
    expect(faults).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
    expect(alerts).toBeGreaterThan(accepted);
  },
  240_000,
);
