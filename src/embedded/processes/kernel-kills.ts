/** How many processes the kernel has killed so far because memory had run out: more than before tells why one is gone. */
import { readFileSync } from "node:fs";

export function kernelKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
