/** Signing in to a deployed dashboard, in a real browser: there and back, and what becomes of it where something says no. */
import { chromium, type Page } from "playwright-core";
import { expect, inject, onTestFinished, test } from "vitest";
import { TOKEN_SECONDS } from "../deployed/token-signer.ts";
import { LONGEST_MS, settle } from "./open-page.ts";
import { makeSignInIssuer, type SignInIssuer } from "./sign-in-issuer.ts";
import { type BrowsedStage, openBrowsedStage } from "./stage.ts";

const READER = { email: "ada@example.org", "cognito:groups": ["readers"] };
const OPERATOR = { email: "ada@example.org", "cognito:groups": ["operators"] };

interface Visit {
  readonly page: Page;
  readonly issuer: SignInIssuer;
  readonly stage: BrowsedStage;
  /** Errors of the page and refusals of its own policy. */
  readonly troubles: readonly string[];
}

async function visit(path: string, claims: object = READER): Promise<Visit> {
  const issuer = makeSignInIssuer({ ...claims });
  const stage = await openBrowsedStage(issuer);
  const browser = await chromium.connect(inject("browser"));
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(LONGEST_MS);
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) troubles.push(message.text());
  });
  await issuer.answerTo(page);
  await page.goto(`${stage.address}/dashboard${path}`);
  return { page, issuer, stage, troubles };
}

const signIn = (page: Page) => page.getByRole("link", { name: "Sign in as Ada" }).click();

/** Said once, with a button that begins anew, while nobody is sent anywhere. */
async function expectEnd({ page, issuer }: Visit, sentence: RegExp, visits = 1): Promise<void> {
  await page.getByRole("alert").filter({ hasText: sentence }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(1);
  // As long as the page waits before it asks again.
  await page.waitForTimeout(3_000);
  expect(issuer.visits()).toBe(visits);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Sign in as Ada" }).waitFor();
  expect(issuer.visits()).toBe(visits + 1);
}

test("who signs in comes back to where they were going, and reads", async () => {
  const { page, issuer, troubles } = await visit("/payloads?state=FAILED");
  await signIn(page);
  await page.locator("main tbody tr").first().waitFor();
  await settle(page);
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/dashboard/payloads?state=FAILED");
  // Loaded again, the tab still knows who it is.
  await page.reload();
  await page.locator("main tbody tr").first().waitFor();
  expect(issuer.visits()).toBe(1);
  expect(troubles).toEqual([]);
});

test("who broke off signing in may begin again, whatever the address says", async () => {
  const { page, stage } = await visit("/payloads?state=FAILED");
  await page.getByRole("link", { name: "Sign in as Ada" }).waitFor();
  await page.goto(`${stage.address}/dashboard/payloads?state=SUCCEEDED`);
  await signIn(page);
  await page.locator("main tbody tr").first().waitFor();
  expect(page.url()).toBe(`${stage.address}/dashboard/payloads?state=SUCCEEDED`);
});

test("who refuses is told so, and comes back to where they were going later", async () => {
  const visited = await visit("/workflows");
  await visited.page.getByRole("link", { name: "Refuse" }).click();
  await expectEnd(visited, /refused or broken off/);
  await signIn(visited.page);
  await visited.page.waitForURL(`${visited.stage.address}/dashboard/workflows`);
});

test("what the issuer says against the sign-in is told", async () => {
  const visited = await visit("/");
  await visited.page.getByRole("link", { name: "Ask in vain" }).click();
  await expectEnd(visited, /invalid_scope: no such scope/);
});

test.each([{ state: "of somebody else" }, { nonce: "of another time" }])(
  "an answer with a wrong %o is not taken",
  async (wrong) => {
    const visited = await visit("/");
    visited.issuer.wrong = wrong;
    await visited.page.reload();
    await signIn(visited.page);
    await expectEnd(visited, /sign-in\.example failed/, visited.issuer.visits());
    expect(await visited.page.evaluate("sessionStorage.getItem('cirrus.token')")).toBeNull();
  },
);

test("an answer that nobody in this tab asked for begins anew", async () => {
  const { page, issuer, stage } = await visit("/");
  await page.getByRole("link", { name: "Sign in as Ada" }).waitFor();
  const other = await page.context().newPage();
  await issuer.answerTo(other);
  await other.goto(`${stage.address}/dashboard/?code=old&state=old`);
  await signIn(other);
  await other.waitForURL(`${stage.address}/dashboard/`);
});

test("an issuer that does not answer is named", async () => {
  const visited = await visit("/");
  await visited.page.getByRole("link", { name: "Sign in as Ada" }).waitFor();
  visited.issuer.isThere = false;
  await visited.page.goto(`${visited.stage.address}/dashboard/`);
  await visited.page
    .getByRole("alert")
    .filter({ hasText: /sign-in\.example.*does not answer/ })
    .waitFor();
});

test("a token that the API does not take is not fetched again and again", async () => {
  const visited = await visit("/");
  visited.stage.takesTokens = false;
  await signIn(visited.page);
  await expectEnd(visited, /session has ended/);
});

test("a session that ends leaves the page as it is, and goes on after signing in again", async () => {
  const visited = await visit("/payloads");
  await visited.page.getByRole("link", { name: "Sign in as Ada" }).waitFor();
  await visited.page.clock.install();
  await signIn(visited.page);
  await visited.page.locator("main tbody tr").first().waitFor();
  visited.issuer.claims = { ...READER, exp: Math.floor(Date.now() / 1000) + 2 * TOKEN_SECONDS };
  await visited.page.clock.fastForward(TOKEN_SECONDS * 1000);
  await visited.page
    .getByRole("alert")
    .filter({ hasText: /session has ended/ })
    .waitFor();
  expect(await visited.page.locator("main tbody tr").count()).toBeGreaterThan(0);
  await visited.page.getByRole("button", { name: "Sign in" }).click();
  await signIn(visited.page);
  await visited.page.locator("main tbody tr").first().waitFor();
  expect(await visited.page.getByRole("alert").count()).toBe(0);
});

test("who is in no group is told who may help, and not sent away", async () => {
  const { page, issuer } = await visit("/payloads", { email: "ada@example.org" });
  await signIn(page);
  await page
    .getByRole("alert")
    .filter({ hasText: /ada@example\.org may not look at this stack/ })
    .waitFor();
  await page.waitForTimeout(3_000);
  expect(issuer.visits()).toBe(1);
});

const PREVIEWED = "/payloads?workflow=mirror-with-preview";

test("who only reads sees pictures, and why they may change nothing", async () => {
  const { page } = await visit(PREVIEWED);
  await signIn(page);
  await page.locator("main tbody tr a").first().click();
  await settle(page);
  const rerun = page.getByRole("button", { name: /^Rerun/ }).first();
  expect(await rerun.isDisabled()).toBe(true);
  expect(await rerun.getAttribute("title")).toMatch(/may look here, and not operate/);
  await page.getByRole("tab", { name: /items/i }).click();
  await page.locator("img.preview").first().waitFor();
});

test("who operates does so, and it is kept who it was", async () => {
  const { page, stage } = await visit(PREVIEWED, OPERATOR);
  await signIn(page);
  await page.locator("main tbody tr a").first().click();
  await settle(page);
  await page
    .getByRole("button", { name: /^Rerun/ })
    .first()
    .click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").first().fill("to see it run");
  await dialog.locator("button[type=submit]").click();
  await dialog.getByRole("link", { name: "See the action" }).waitFor();
  await page.goto(`${stage.address}/dashboard/actions`);
  await page.locator("main tbody tr", { hasText: "ada@example.org" }).first().waitFor();
});
