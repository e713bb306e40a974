import { defineConfig } from "vitest/config";

/** The tests that deploy to an emulated AWS: `npm run test:aws`. */
export default defineConfig({
  test: {
    include: ["test/deployed/**/*.test.ts"],
    globalSetup: ["test/clear-temporary-files.ts", "test/deployed/global-setup.ts"],
    // Any credentials do, for clients that are made without.
    env: { AWS_REGION: "us-west-2", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
    pool: "forks",
    // One more than processors: tests wait for the emulator.
    maxWorkers: 3,
    // They end what hangs, and nothing that is only slow.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ["verbose", "./test/closing-line.ts"],
  },
});
