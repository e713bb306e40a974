/**
 * `npm run screenshots`: pictures of every view in docs/images/, of a project in which things have run, failed and been
 * refused. Made anew they differ in times and IDs; commit them where a view has changed.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import sharp from "sharp";
import { findChromium } from "../test/browser/chromium.ts";
import { listViews, type View } from "../test/browser/views.ts";
import { openWorld } from "../test/browser/world.ts";

const FOLDER = join(import.meta.dirname, "../docs/images");
const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 390, height: 844 };
/** Lossy, and no difference that anybody sees. */
const QUALITY = 82;
const LONGEST_MS = 20_000;

type Shot = View & { readonly theme?: "light" | "dark"; readonly size?: typeof WIDE };

const world = await openWorld();
const executablePath = findChromium();
if (executablePath === undefined) throw new Error("There is no Chromium: node test/browser/prepare.ts installs it.");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  mkdirSync(FOLDER, { recursive: true });
  const views = await listViews(world.address);
  const again = (name: string, more: Partial<Shot>) =>
    views.filter((view) => view.name === name).map((view) => ({ ...view, ...more }));
  const shots: readonly Shot[] = [
    ...views,
    ...again("home", { name: "home dark", theme: "dark" }),
    ...again("execution graph", { name: "execution graph dark", theme: "dark" }),
    ...again("payloads", { name: "payloads narrow", size: NARROW }),
  ];
  for (const shot of shots) await take(browser, shot);
} finally {
  await browser.close();
  await world.close();
}

async function take(browser: Browser, { name, path, shows, theme = "light", size = WIDE }: Shot): Promise<void> {
  const page = await browser.newPage({ viewport: size, colorScheme: theme, deviceScaleFactor: 1, timezoneId: "UTC" });
  await page.goto(`${world.address}/dashboard${path}`);
  await page.locator("main", { hasText: shows }).waitFor({ timeout: LONGEST_MS });
  // Charts and graphs are loaded after the text.
  await page.waitForTimeout(700);
  const file = join(FOLDER, `${name.replaceAll(" ", "-")}.webp`);
  await sharp(await page.screenshot())
    .webp({ quality: QUALITY })
    .toFile(file);
  await page.close();
  console.error(file);
}
