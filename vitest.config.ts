import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "tasks/**/*.test.ts", "feeders/**/*.test.ts", "workflows/**/*.test.ts"],
    // What needs the AWS emulator runs by `npm run test:aws`, what needs a browser by `npm run test:browser`.
    exclude: ["test/deployed/**", "test/browser/**", "**/node_modules/**"],
    globalSetup: ["test/clear-temporary-files.ts"],
    pool: "forks",
    // Modules are loaded once a worker, not once a file, which takes a fifth of the run: no test changes what it imports.
    isolate: false,
    // One more than processors: tests wait for processes of their own.
    maxWorkers: 3,
    // They end what hangs, and nothing that is only slow: a machine may be ten times slower than another.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ["dot", "./test/closing-line.ts"],
  },
});
