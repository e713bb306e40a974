// Node below 24 cannot run TypeScript. The package `node` brings one that can.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINIMUM = 24;

/** Starts the same program again under the project's Node where this one is too old; true where it did. */
export function runUnderProjectNode(programUrl) {
  if (Number(process.versions.node.split(".")[0]) >= MINIMUM) return false;
  const node = findProjectNode();
  if (!node) {
    console.error(`Cirrus needs Node ${MINIMUM} or newer; this is ${process.version}.`);
    console.error("Run `npm install --save-dev node@24` in the project, or install a newer Node.");
    process.exit(3);
  }
  const { status, signal } = spawnSync(node, [fileURLToPath(programUrl), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ""}` },
  });
  process.exitCode = status ?? (signal === "SIGINT" ? 130 : 143);
  return true;
}

function findProjectNode() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
  } catch {
    return undefined;
  }
}
