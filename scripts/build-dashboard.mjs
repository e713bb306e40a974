/**
 * Makes the dashboard's page whenever npm has changed node_modules, as `npm ci` does. Where the tools for it were left out
 * (`--omit=dev`) there is nothing to make it with. JavaScript, because then Node may be one that runs no TypeScript.
 */
import { existsSync } from "node:fs";

if (existsSync("node_modules/vite")) {
  const { build } = await import("vite");
  await build({ root: "dashboard", logLevel: "warn" });
}
