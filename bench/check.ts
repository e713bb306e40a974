/** How long `cirrus check` takes over a project of 200 tasks and 100 workflows, as a process of its own. */
import { spawnSync } from "node:child_process";
import { machine, spread } from "./figures.ts";
import { CIRRUS, writeManyParts } from "./sample-parts.ts";

const ROUNDS = 5;
const SIZES = [
  { tasks: 1, workflows: 1 },
  { tasks: 20, workflows: 10 },
  { tasks: 200, workflows: 100 },
];

console.log(`${machine()}\n${ROUNDS} rounds: median (range)\n`);
console.log("| tasks | workflows | seconds | what it says |\n| ---: | ---: | ---: | --- |");
for (const size of SIZES) {
  const { root, remove } = writeManyParts(size);
  try {
    const rounds = Array.from({ length: ROUNDS }, () => check(root));
    const seconds = rounds.map((round) => round.seconds);
    console.log(`| ${size.tasks} | ${size.workflows} | ${spread(seconds, 2)} | ${rounds[0]?.said} |`);
  } finally {
    remove();
  }
}

function check(cwd: string): { readonly seconds: number; readonly said: string } {
  const started = performance.now();
  const { stderr } = spawnSync(process.execPath, [CIRRUS, "check"], { cwd, encoding: "utf8" });
  return { seconds: (performance.now() - started) / 1000, said: stderr.trim().split("\n").at(-1) ?? "" };
}
