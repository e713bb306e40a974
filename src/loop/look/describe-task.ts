/** A registered task in few words: what runs, when, and within what limits. */
import type { TaskSettings, Work } from "../loop-task.ts";
import { durationText, sizeText } from "../registry/quantities.ts";

/** `notebooks/x.ipynb train_model`, `task add-preview payload.json` */
export function workText(work: Work): string {
  if (work.kind === "notebook") return `${work.notebook} ${work.method}${work.fullNotebook ? " (full notebook)" : ""}`;
  return [work.kind, work.name, work.payload].filter((part) => part !== undefined).join(" ");
}

/** `every turn`, `every 30m`, `0 6 * * * (Europe/Zurich)` */
export function scheduleText({ everyMs, cron }: Pick<TaskSettings, "everyMs" | "cron">): string {
  if (everyMs !== undefined) return `every ${durationText(everyMs / 1000)}`;
  return cron === undefined ? "every iteration" : `${cron.expression} (${cron.timezone})`;
}

/** `at most 1h, 2 GB, tried again 2 times, priority 5, pinned to 3f2a9c1` */
export function limitsText({ timeoutSeconds, memoryBytes, retry, priority, pin }: TaskSettings): string {
  const times = retry.attempts === 1 ? "once" : `${retry.attempts} times`;
  return [
    `at most ${durationText(timeoutSeconds)}`,
    ...(memoryBytes === undefined ? [] : [sizeText(memoryBytes)]),
    ...(retry.attempts === 0 ? [] : [`tried again ${times}`]),
    ...(priority === 0 ? [] : [`priority ${priority}`]),
    ...(pin === undefined ? [] : [`pinned to ${/^[0-9a-f]{40}$/.test(pin) ? pin.slice(0, 8) : pin}`]),
  ].join(", ");
}
