import { defineConfig } from "vitest/config";

/** The tests that deploy to an emulated AWS: `npm run test:aws`. */
export default defineConfig({
  test: {
    include: ["test/deployed/**/*.test.ts"],
    globalSetup: ["test/deployed/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["verbose", "./test/closing-line.ts"],
  },
});
