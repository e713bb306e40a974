import { defineConfig } from "vitest/config";

/** The tests that deploy to an emulated AWS: `npm run test:aws`. */
export default defineConfig({
  test: {
    include: ["test/deployed/**/*.test.ts"],
    globalSetup: ["test/deployed/global-setup.ts"],
    // Any credentials do, for clients that are made without.
    env: { AWS_REGION: "us-west-2", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["verbose", "./test/closing-line.ts"],
  },
});
