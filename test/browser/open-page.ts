/** A page of the dashboard as tests have it: with everything noted that a person would not want to happen. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, expect, inject, onTestFinished } from "vitest";

export type Theme = "light" | "dark";

export interface OpenOptions {
  readonly theme?: Theme | undefined;
  readonly width?: number | undefined;
  /** Another server than that of the full project. */
  readonly address?: string | undefined;
}

export interface OpenedPage {
  readonly page: Page;
  /** Messages of the console, errors, dialogs and requests to elsewhere. */
  readonly troubles: readonly string[];
}

/** A local server answers at once, but for a machine that is busy with much else; whatever takes longer does not come. */
export const LONGEST_MS = 90_000;

let connected: Promise<Browser> | undefined;

afterAll(async () => (await connected)?.close());

/** `path`: below `/dashboard`. Ready when its heading and what it waits for are there. */
export async function openPage(path: string, options: OpenOptions = {}): Promise<OpenedPage> {
  const { theme = "light", width = 1280, address = inject("address") } = options;
  connected ??= chromium.connect(inject("browser"));
  const browser = await connected;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    reducedMotion: "reduce",
    timezoneId: "UTC",
    locale: "en-GB",
  });
  context.setDefaultTimeout(LONGEST_MS);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(?:data|blob):/.test(url)) troubles.push(`request: ${url}`);
  });
  await page.goto(`${address}/dashboard${path}`);
  await settle(page);
  return { page, troubles };
}

/** Nothing is being loaded any more, and there is a heading. */
export async function settle(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await expect.poll(() => page.locator('main [aria-busy="true"]').count(), { timeout: LONGEST_MS }).toBe(0);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds that is serious or critical: the rule, and where. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    // Put there by the line before.
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`),
      );
  });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[];
}
