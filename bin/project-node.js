// Node below 24 cannot run TypeScript. The package `node` brings one that can.
import { spawn } from "node:child_process";
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
  const child = spawn(node, [fileURLToPath(programUrl), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ""}` },
  });
  // Ctrl-C in a terminal reaches both; told once more, the program would stop at once instead of in good order.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
  return true;
}

function findProjectNode() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
  } catch {
    return undefined;
  }
}
