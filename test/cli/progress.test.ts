import { expect, test } from "vitest";
import type { Io } from "../../src/cli/terminal/io.ts";
import { showUntilSettled } from "../../src/cli/terminal/progress.ts";
import { makeWarnings } from "../../src/cli/terminal/warnings.ts";
import type { Followed } from "../../src/runtime/follow.ts";
import { makeVirtualClock } from "../virtual-clock.ts";
import { makeScreen } from "./screen.ts";

const waiting = (source: string): Followed => ({ source, depth: 0, message: source, settled: false });

test("a warning while the table is drawn stands above it, and leaves no line of it behind", async () => {
  const screen = makeScreen();
  const clock = makeVirtualClock();
  const io = { stderr: screen.stream, env: {}, signal: new AbortController().signal } as unknown as Io;
  const log = makeWarnings(io, clock);
  const looks = [
    ["a", "b", "c"],
    ["a", "b"],
    ["a", "b", "c", "d"],
  ];
  const seen: (readonly string[])[] = [];
  let look = 0;
  await showUntilSettled(io, {
    clock,
    stepOf: () => undefined,
    follower: {
      add() {},
      addEnded() {},
      async look() {
        if (look > 0) {
          log.warn(`number ${look}`);
          seen.push(screen.lines());
        }
        const names = looks[look];
        look += 1;
        return names === undefined ? [] : names.map(waiting);
      },
    },
  });
  const title = /^state +workflow +step +attempt +elapsed +items$/;
  const row = (name: string) => expect.stringMatching(new RegExp(`^· QUEUED +${name}$`));
  const head = expect.stringMatching(title);
  expect(seen).toEqual([
    ["warning: number 1", head, row("a"), row("b"), row("c")],
    ["warning: number 1", "warning: number 2", head, row("a"), row("b")],
    ["warning: number 1", "warning: number 2", "warning: number 3", head, row("a"), row("b"), row("c"), row("d")],
  ]);
  expect(screen.lines()).toEqual(["warning: number 1", "warning: number 2", "warning: number 3"]);
});
