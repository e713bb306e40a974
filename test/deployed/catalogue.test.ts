/** The catalogue over the emulator, as far as that knows what EC2 offers: it has no prices. */
import { expect, inject, test } from "vitest";
import { makeAwsCatalogue } from "../../src/aws/offers/catalogue.ts";
import { systemClock } from "../../src/clock.ts";
import { toEmulator } from "./clients.ts";

const catalogue = makeAwsCatalogue(toEmulator(inject("endpoint")), systemClock);

test("regions have names and zones", async () => {
  expect(await catalogue.regions({ prefix: "us-west-", zones: true })).toContainEqual({
    name: "us-west-2",
    description: "US West (Oregon)",
    zones: expect.arrayContaining(["us-west-2a", "us-west-2b"]),
  });
});

test("images of Amazon are found, and none of the account's own", async () => {
  const images = await catalogue.images({ region: "us-west-2", own: false, text: "al2023" });
  expect(images).toContainEqual(expect.objectContaining({ architecture: "x86_64", owner: "amazon" }));
  expect(await catalogue.images({ region: "us-west-2", own: true })).toEqual([]);
});
