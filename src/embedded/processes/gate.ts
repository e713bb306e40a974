/** Lets a program that knows nothing of channels wait, too: until the guard knows its group. */

/** Waits for a line before it becomes the command: then the guard knows the group, or whoever started it is gone and nothing starts. */
const GATE = `read -r _ <&3 || exit 125
exec 3<&-
exec "$@"`;

/** `send` opens it, with any line. */
export function behindGate(command: readonly string[]): readonly [string, ...string[]] {
  return ["/bin/sh", "-c", GATE, "cirrus-task", ...command];
}
