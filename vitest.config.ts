import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "tasks/**/*.test.ts", "feeders/**/*.test.ts", "workflows/**/*.test.ts"],
    // What needs the AWS emulator runs by `npm run test:aws`, what needs a browser by `npm run test:browser`.
    exclude: ["test/deployed/**", "test/browser/**", "**/node_modules/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["dot", "./test/closing-line.ts"],
  },
});
