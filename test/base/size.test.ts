import { expect, test } from "vitest";
import { parseSize } from "../../src/base/size.ts";

test.each([
  ["10B", 10],
  ["20MB", 20_000_000],
  ["64 KiB", 65_536],
  ["1", undefined],
  ["1TB", undefined],
])("the size %j", (text, bytes) => expect(parseSize(text)).toBe(bytes));
