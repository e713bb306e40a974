/** A browser has six connections to a server for all of its tabs: those that nobody looks at must not hold one each. */
import { expect, inject, test } from "vitest";
import { openPage } from "./open-page.ts";

const TABS = 8;

/** Runs in the page. */
const HIDE = `Object.defineProperty(document, "hidden", { get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));`;

test("as many tabs as somebody likes are open, and the last of them still loads and hears of changes", async () => {
  const { page: first, troubles } = await openPage("/");
  let page = first;
  for (let tab = 1; tab < TABS; tab += 1) {
    // A browser without a window takes all of its pages for visible.
    await page.evaluate(HIDE);
    page = await first.context().newPage();
    const news = page.waitForResponse((response) => response.url().endsWith("/v1/changes"));
    await page.goto(`${inject("address")}/dashboard/`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect((await news).status()).toBe(200);
  }
  expect(troubles).toEqual([]);
});
