/** What the commands that people wait for cost beside starting Node at all: the two take turns, so that both meet the same machine. */
import { spawnSync } from "node:child_process";
import { machine, median, spread } from "./figures.ts";
import { CIRRUS, writeManyParts } from "./sample-parts.ts";

const ROUNDS = 15;
const COMMANDS = [
  ["--help"],
  ["--version"],
  ["show", "tasks"],
  ["show", "cloudformation"],
  ["check"],
  ["state", "list"],
];

const { root, remove } = writeManyParts({ tasks: 2, workflows: 1 });
try {
  console.log(`${machine()}\n${ROUNDS} rounds, bare Node and the command in turn: median (range) in ms\n`);
  console.log("| command | bare Node | command | over it | ratio |\n| --- | ---: | ---: | ---: | ---: |");
  for (const args of COMMANDS) {
    measure([CIRRUS, ...args]); // the first start takes the types off, once for all
    const rounds = Array.from({ length: ROUNDS }, () => [measure(["-e", "0"]), measure([CIRRUS, ...args])] as const);
    const bare = rounds.map(([one]) => one);
    const command = rounds.map(([, one]) => one);
    const over = median(command) - median(bare);
    const ratio = (median(command) / median(bare)).toFixed(1);
    console.log(`| cirrus ${args.join(" ")} | ${spread(bare)} | ${spread(command)} | ${over.toFixed(0)} | ${ratio} |`);
  }
} finally {
  remove();
}

function measure(args: readonly string[]): number {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}`);
  return performance.now() - started;
}
