/** One world and one browser for all tests of a run: making them takes half a minute. */
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { findChromium } from "./chromium.ts";
import { openEmptyWorld, openWorld } from "./world.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the page of a project with everything in it is. */
    address: string;
    /** Where the page of a project is in which nothing has happened. */
    emptyAddress: string;
    folder: string;
    /** Where the browser is talked to. */
    browser: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const program = findChromium();
  if (program === undefined) throw new Error("There is no Chromium: node test/browser/prepare.ts installs it.");
  const [world, empty] = await Promise.all([openWorld(), openEmptyWorld()]);
  // A browser as root needs to be told that it is alone in its container.
  const server = await chromium.launchServer({ executablePath: program, args: ["--no-sandbox"], timeout: 0 });
  project.provide("address", world.address);
  project.provide("emptyAddress", empty.address);
  project.provide("folder", world.folder);
  project.provide("browser", server.wsEndpoint());
  return async () => {
    await server.close();
    await Promise.all([world.close(), empty.close()]);
  };
}
