/** One emulator for all tests of a run: starting one takes seconds, and nothing in it is shared but the account. */
import type { TestProject } from "vitest/node";
import { startEmulator } from "./emulator.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the emulator listens: `inject("endpoint")`. */
    endpoint: string;
    emulatorLog: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulator = await startEmulator();
  project.provide("endpoint", emulator.endpoint);
  project.provide("emulatorLog", emulator.log);
  return async () => {
    await emulator.stop();
    console.error(`\nThe emulator's log: ${emulator.log}`);
  };
}
