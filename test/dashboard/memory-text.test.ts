import { expect, it } from "vitest";
import { memoryText } from "../../dashboard/src/parts/memory-text.ts";

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [29_779_558, "28.4 MiB"],
  [500 * 1024 ** 2, "500 MiB"],
  [2.5 * 1024 ** 3, "2.5 GiB"],
  [3000 * 1024 ** 4, "3000 TiB"],
])("tells %d bytes as %s", (bytes, text) => {
  expect(memoryText(bytes)).toBe(text);
});
