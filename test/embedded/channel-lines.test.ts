import { PassThrough, Readable } from "node:stream";
import { expect, test } from "vitest";
import { readChannelLines } from "../../src/embedded/processes/channel-lines.ts";

test("lines come in their order, whatever the parts are in which they come; what follows the last is none", async () => {
  const channel = new PassThrough();
  const lines = readChannelLines(channel);
  const first = lines.next();
  for (const part of ["a\nb", "b\n\nc\n", "\nd\nhalf a l"]) channel.write(part);
  channel.end();
  const found = [await first];
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) found.push(line);
  expect(found).toEqual(["a", "bb", "", "c", "", "d"]);
  expect(await lines.next()).toBeUndefined();
});

test("a flood of lines lets others have their turn", async () => {
  const parts = 50;
  const lines = readChannelLines(Readable.from(Array.from({ length: parts }, () => Buffer.alloc(20_000, "\n"))));
  let taken = 0;
  let takenBefore = 0;
  setImmediate(() => {
    takenBefore = taken;
  });
  while ((await lines.next()) !== undefined) taken += 1;
  expect(taken).toBe(parts * 20_000);
  expect(takenBefore).toBeLessThan(taken / 10);
});
