/** Every view in a real browser, with what a real run has left: it shows it, breaks nothing and bars nobody. */
import { describe, expect, inject, test } from "vitest";
import { LONGEST_MS, openPage, seriousFindings, settle } from "./open-page.ts";
import { listViews } from "./views.ts";

const views = await listViews(inject("address"));

describe.each(views)("the view $name", ({ path, shows }) => {
  test("shows what there is in light colours, and says in its title and one heading where one is", async () => {
    const { page, troubles } = await openPage(path, { theme: "light" });
    await page.locator("main", { hasText: shows }).waitFor();
    expect(await page.title()).toMatch(/\S.*Cirrus/);
    expect(await page.locator("h1").count()).toBe(1);
    expect(await seriousFindings(page)).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test("fits a dark screen of 320 pixels: nothing but a table's own frame scrolls sideways", async () => {
    const { page, troubles } = await openPage(path, { theme: "dark", width: 320 });
    await page.locator("main", { hasText: shows }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    expect(await seriousFindings(page)).toEqual([]);
    expect(troubles).toEqual([]);
  });
});

const EMPTY = ["/", "/payloads", "/dead-letters", "/bulk", "/loops", "/actions"];

describe("where nothing has happened yet", () => {
  test.each(EMPTY)("%s says how to begin, and nothing breaks", async (path) => {
    const { page, troubles } = await openPage(path, { address: inject("emptyAddress") });
    await page.locator("main code, main .empty").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(troubles).toEqual([]);
  });
});

const GONE = [
  "/payload?id=no/workflow-such/payload",
  "/execution/survey/none",
  "/workflow/none",
  "/task/none",
  "/bulk/none",
  "/loops/none",
  "/loop-task?task=zz/none",
  "/action/none",
  "/nowhere",
];

describe("what is not there", () => {
  test.each(GONE)("%s is answered with a sentence and a way on", async (path) => {
    const { page, troubles } = await openPage(path);
    await page.locator("main", { hasText: /There is no|not there|no such|no task|no payload/i }).waitFor();
    expect(await page.locator("main a").count()).toBeGreaterThan(0);
    // The browser itself notes an answer of 404.
    expect(troubles.filter((text) => !/status of 404/.test(text))).toEqual([]);
  });
});

test("every view is reached by the keyboard alone, and the focus is on its heading", async () => {
  const { page } = await openPage("/");
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toMatch(/skip/i);
  const link = page
    .getByRole("navigation")
    .getByRole("link", { name: /payloads/i })
    .first();
  await link.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/payloads/);
  await settle(page);
  await expect.poll(() => page.evaluate("document.activeElement.tagName"), { timeout: LONGEST_MS }).toBe("H1");
});
