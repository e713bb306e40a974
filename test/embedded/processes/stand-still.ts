/** Nothing of this process happens any more, so that it is killed where it is, however late that comes. */
export function standStill(): never {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
