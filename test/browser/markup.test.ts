/** What comes from payloads, errors, messages and logs is text: whatever markup it holds, nothing of it becomes an element. */
import { expect, inject, test } from "vitest";
import { openPage } from "./open-page.ts";
import { executionOf, payloadId, WAITING } from "./views.ts";

const ID = payloadId("<img src=x onerror=alert(1)>");

const PLACES: readonly (readonly [what: string, path: () => Promise<string> | string, shown: RegExp])[] = [
  ["a payload's ID in a list", () => "/payloads?state=FAILED", /<img src=x onerror=alert\(1\)>/],
  ["a payload's ID on its page", () => `/payload?id=${encodeURIComponent(ID)}`, /<img src=x onerror=alert\(1\)>/],
  ["a payload that is awaited", () => `/payload?id=${encodeURIComponent(WAITING)}`, /<img src=x onerror=/],
  ["an error", () => `/payload?id=${encodeURIComponent(ID)}`, /<script>document\.title='broken in'<\/script>/],
  ["a line of a log", async () => `${await executionOf(inject("address"), ID)}?tab=logs`, /<img src=x onerror=/],
  ["an error of a task", () => "/task/shake", /<script>document\.title='broken in'<\/script>/],
  ["why a message was given up", () => "/dead-letters", /<i>did not answer<\/i>/],
  ["a reason of a bulk run's entry", () => "/bulk/squares", /no scene <i>S2A_/],
];

test.each(PLACES)("%s is shown as text", async (_what, path, shown) => {
  const { page, troubles } = await openPage(await path());
  await page.locator("main", { hasText: shown }).waitFor();
  expect(await page.title()).not.toMatch(/broken in/);
  expect(await page.locator('main img[src="x"], main i, main script').count()).toBe(0);
  expect(troubles).toEqual([]);
});
