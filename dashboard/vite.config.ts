/** Builds the dashboard: `npm run build:dashboard`. What it shows and where it asks is decided when it runs, not here. */
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/dashboard/",
  plugins: [preact()],
  // Sources and tests say what they import; nothing is asked of the machine's environment.
  envDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // Read by the test that holds the budget of the first load.
    manifest: true,
    // A data: URL would need a wider content security policy than the page has.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npx vite dashboard` beside a running `npx cirrus dev`: the page from here, everything else from there.
  server: { proxy: { "/v1": "http://127.0.0.1:4280", "/dashboard/config.json": "http://127.0.0.1:4280" } },
});
