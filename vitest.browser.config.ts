import { defineConfig } from "vitest/config";

/** The tests that look at the dashboard in a real browser: `npm run test:browser`. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: ["test/clear-temporary-files.ts", "test/browser/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    // They end what hangs, and nothing that is only slow.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 90_000 } },
    reporters: ["verbose", "./test/closing-line.ts"],
  },
});
