import { expect, test } from "vitest";
import { watchEach } from "../../../src/runtime/feeders/watch-each.ts";
import { makeVirtualClock } from "../../virtual-clock.ts";

test("what is watched anew is watched once what was watched before has ended, and stopping waits for it", async () => {
  const clock = makeVirtualClock();
  const lines: string[] = [];
  let names = ["a"];
  const watched = watchEach(
    () => names,
    async (name, signal) => {
      lines.push(`${name} begins`);
      await clock.sleep(60_000, signal).catch(() => {});
      await clock.sleep(1_000);
      lines.push(`${name} ends`);
    },
  );
  await clock.sleep(1);
  names = ["b", "c"];
  watched.refresh();
  await clock.sleep(2_000);
  await watched.stop();
  expect(lines).toEqual(["a begins", "a ends", "b begins", "c begins", "b ends", "c ends"]);
});
