/** What is said of a task's place in its loop: when its next turn comes, who has paused it, what it may be told to do. */
import type { LoopTaskView, LoopView } from "../../../../src/api/shapes/loops.ts";

export interface NextTurn {
  /** `next in its loop`; beside a time why it is that one: `by its schedule`. */
  readonly text: string;
  /** ISO 8601, where the clock tells when, and it has not come yet. */
  readonly at?: string;
}

/** As the API tells it; a time is counted down to, and what should have come by now is due. */
export function nextTurn({ next, nextAt }: Pick<LoopTaskView, "next" | "nextAt">, now: number): NextTurn {
  if (nextAt === undefined) return { text: next };
  return Date.parse(nextAt) > now ? { text: next, at: nextAt } : { text: `due now, ${next}` };
}

/** `paused by ada: waits for new data` */
export function pauseText({ by, note }: { readonly by: string; readonly note?: string | undefined }): string {
  return note === undefined || note === "" ? `paused by ${by}` : `paused by ${by}: ${note}`;
}

/** `12 of 30 turns had` */
export function turnsText({ turns: { had, all } }: Pick<LoopView, "turns">): string {
  if (all === 0) return "no turns";
  if (had === all) return all === 1 ? "its one turn had" : `all ${all} turns had`;
  return `${had} of ${all} ${all === 1 ? "turn" : "turns"} had`;
}

/** What a loop does at this moment, in a word or a few; `nextAt` in the past means that nobody came for it. */
export function loopNow(
  { running, paused, nextAt, holder }: LoopView,
  now: number,
): "RUNNING" | "paused" | "waits" | "due" | "between turns" {
  if (running !== undefined) return "RUNNING";
  if (paused !== undefined) return "paused";
  if (nextAt === undefined) return holder === undefined ? "due" : "between turns";
  return Date.parse(nextAt) > now ? "waits" : "due";
}

/** `process 4711 on laptop` for a process of a machine, which is `4711:<its start>:laptop:<its own>`; others as they are. */
export function holderText(holder: string): string {
  const [, process, host] = /^(\d+):[^:]*:([^:]+):[^:]*$/.exec(holder) ?? [];
  return process === undefined ? holder : `process ${process} on ${host}`;
}

export type TaskDeed = "pause" | "resume" | "run-now" | "cancel" | "pin" | "unpin";

/** What can be asked of a task as it stands, most used first. A pin that its file sets is its file's to take away. */
export function deedsOf({
  standing,
  state,
  paused,
  pin,
}: Pick<LoopTaskView, "standing" | "state" | "paused" | "pin">): readonly TaskDeed[] {
  const deeds: TaskDeed[] = [];
  if (state === "RUNNING") deeds.push("cancel");
  if (standing === "gone") return deeds;
  if (standing === "registered" && state !== "RUNNING") deeds.push("run-now");
  deeds.push(paused?.what === "task" ? "resume" : "pause");
  if (pin?.by !== "file") deeds.push("pin");
  if (pin?.by === "operator") deeds.push("unpin");
  return deeds;
}

/** `37 of 40 succeeded (93 %)`; nothing before the first execution. */
export function successText(counts: LoopTaskView["counts"]): string {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (all === 0) return "";
  const succeeded = counts.SUCCEEDED;
  const percent = succeeded < all ? Math.min(99, Math.floor((100 * succeeded) / all)) : 100;
  return `${succeeded.toLocaleString("en")} of ${all.toLocaleString("en")} succeeded (${percent}\u00a0%)`;
}

/** Where a task or a problem stands: `peach.yaml:12`. */
export function placeText({
  file,
  line,
}: {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}): string {
  if (file === undefined) return "";
  return line === undefined ? file : `${file}:${line}`;
}
