import fc from "fast-check";
import { expect, test } from "vitest";
import { validateItem } from "../../src/stac/validate-item.ts";
import { PROVIDER_ITEMS, readProviderItem } from "../provider-items.ts";

/** The largest takes as long as ten others. */
const SMALL = PROVIDER_ITEMS.filter((name) => name !== "sentinel-2-l2a.copernicus");

type Members = Record<string, unknown>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** Puts a value, or nothing, somewhere into the item: `steps` choose the way, each by its rest. */
function spoil(item: Members, [step = 0, ...steps]: readonly number[], value: unknown): void {
  const keys = Object.keys(item);
  const key = keys[step % keys.length] ?? "";
  const inner = item[key];
  if (steps.length > 0 && isMembers(inner)) spoil(inner, steps, value);
  else item[key] = value;
}

test("whatever is changed anywhere in a real item, each problem says where and what in words", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SMALL),
      fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined)),
      async (name, steps, value) => {
        const item: unknown = readProviderItem(name);
        if (!isMembers(item)) return;
        spoil(item, steps, value);
        for (const { path, message, hint } of await validateItem(item)) {
          expect(path).toMatch(/^\$/);
          expect(message).toMatch(/^found .*, expected \S/s);
          // Rules that nobody has found words for yet would say so.
          expect(message.slice(message.lastIndexOf(", expected "))).not.toMatch(/asks for|undefined|\[object/);
          expect(hint).toMatch(/^Rule: https:\/\/[^ ]+#\/|^Bring the item/);
        }
      },
    ),
    { numRuns: 60 },
  );
});
