/** Steps and tries as bars over time: when something waited for a place to run, ran, and waited for its next try. */
import type { Step, StepStatus } from "../../../../src/api/shapes/executions.ts";

/** `stay`: a state that runs no task, or holds others. `waiting`: for its retry. */
export type SegmentKind = "queued" | "running" | "waiting" | "stay";

export interface Segment {
  readonly kind: SegmentKind;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly status: StepStatus;
  /** From 1; absent for what is no try. */
  readonly attempt?: number | undefined;
}

export interface TimelineRow {
  /** Of a step its path; of iterations folded together the path with `*` for their numbers. */
  readonly key: string;
  readonly label: string;
  readonly depth: number;
  readonly status: StepStatus;
  readonly from: number;
  readonly until: number;
  readonly segments: readonly Segment[];
  /** The steps that it stands for: one, or those of all iterations. */
  readonly steps: readonly Step[];
  /** Of iterations folded together. */
  readonly folded?: Folded | undefined;
}

export interface Folded {
  readonly ok: number;
  readonly failed: number;
  readonly open: number;
  /** Of those that ended. */
  readonly shortestMs: number | undefined;
  readonly longestMs: number | undefined;
}

/** In the order in which they began. `opened`: keys of folded rows whose iterations are shown below them. */
export function timelineRows(
  steps: readonly Step[],
  now: number,
  opened: ReadonlySet<string> = new Set(),
): readonly TimelineRow[] {
  const maps = new Set(steps.filter(({ type }) => type === "Map").map(({ path }) => path));
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const key = foldedPath(step.path, maps);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [step]);
    else members.push(step);
  }
  const rows: TimelineRow[] = [];
  for (const [key, members] of groups) {
    const [only] = members;
    if (only !== undefined && members.length === 1) rows.push(rowOf(only, now));
    else rows.push(foldedRow(key, members, now));
    if (members.length > 1 && opened.has(key)) {
      rows.push(...members.map((step) => ({ ...rowOf(step, now), depth: depthOf(step.path) + 1 })));
    }
  }
  return rows;
}

/** From when to when there is anything to see. */
export function spanOf(rows: readonly TimelineRow[]): readonly [from: number, until: number] {
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    from = Math.min(from, row.from);
    until = Math.max(until, row.until);
  }
  return Number.isFinite(from) ? [from, Math.max(until, from + 1)] : [0, 1];
}

/** `/each#1/2/copy#1` reads the same with `*` for the 2 where `/each#1` is a Map; numbers of branches stay. */
function foldedPath(path: string, maps: ReadonlySet<string>): string {
  const parts = path.split("/");
  let walked = "";
  return parts
    .map((part, index) => {
      const isIteration = index > 1 && index % 2 === 0 && maps.has(walked);
      walked = index === 0 ? "" : `${walked}/${part}`;
      return isIteration ? "*" : part;
    })
    .join("/");
}

function depthOf(path: string): number {
  return Math.max(0, (path.split("/").length - 2) / 2);
}

function rowOf(step: Step, now: number): TimelineRow {
  const from = Date.parse(step.enteredAt);
  const until = step.exitedAt === undefined ? endOf(step, now) : Date.parse(step.exitedAt);
  return {
    key: step.path,
    label: step.label,
    depth: depthOf(step.path),
    status: step.status,
    from,
    until: Math.max(from, until),
    segments: segmentsOf(step, from, until, now),
    steps: [step],
  };
}

/** A stay without an exit goes on, or ended with the execution. */
function endOf(step: Step, now: number): number {
  if (step.status === "running" || step.status === "waiting") return now;
  const ends = step.tries.map(({ endedAt, scheduledAt }) => Date.parse(endedAt ?? scheduledAt));
  return Math.max(Date.parse(step.enteredAt) + (step.durationMs ?? 0), ...ends);
}

function segmentsOf(step: Step, from: number, until: number, now: number): readonly Segment[] {
  if (step.tries.length === 0) return [{ kind: "stay", from, until: Math.max(from, until), status: step.status }];
  const segments: Segment[] = [];
  const add = (segment: Segment) => {
    if (segment.until > segment.from || segment.kind === "running") segments.push(segment);
  };
  for (const [index, one] of step.tries.entries()) {
    const { attempt, status } = one;
    const scheduled = Date.parse(one.scheduledAt);
    const isOpen = one.endedAt === undefined && (status === "running" || status === "waiting");
    const ended = one.endedAt === undefined ? (isOpen ? now : until) : Date.parse(one.endedAt);
    const started = one.startedAt === undefined ? scheduled : Date.parse(one.startedAt);
    add({ kind: "queued", from: scheduled, until: Math.min(started, ended), status, attempt });
    add({ kind: "running", from: Math.min(started, ended), until: ended, status, attempt });
    const next = step.tries[index + 1];
    const resumes =
      next === undefined ? (step.status === "waiting" && !isOpen ? now : ended) : Date.parse(next.scheduledAt);
    add({ kind: "waiting", from: ended, until: resumes, status: "waiting", attempt });
  }
  return segments;
}

function foldedRow(key: string, members: readonly Step[], now: number): TimelineRow {
  const rows = members.map((step) => rowOf(step, now));
  const [from, until] = spanOf(rows);
  const ended = members.flatMap(({ durationMs, exitedAt }) => (exitedAt === undefined ? [] : [durationMs ?? 0]));
  const ok = members.filter(({ status }) => status === "succeeded" || status === "caught").length;
  const open = members.filter(({ status }) => status === "running" || status === "waiting").length;
  const failed = members.length - ok - open;
  const status: StepStatus = open > 0 ? "running" : failed > 0 ? "failed" : "succeeded";
  return {
    key,
    label: foldedLabel(members, key),
    depth: depthOf(key),
    status,
    from,
    until,
    segments: [{ kind: "stay", from, until, status }],
    steps: members,
    folded: {
      ok,
      failed,
      open,
      shortestMs: ended.length > 0 ? least(ended) : undefined,
      longestMs: ended.length > 0 ? most(ended) : undefined,
    },
  };
}

/** `each[2].copy` reads `each[*].copy`: the numbers that differ between the iterations. */
function foldedLabel([first]: readonly Step[], key: string): string {
  const numbers = key.split("/").filter((_, index) => index > 1 && index % 2 === 0);
  let at = -1;
  return (first?.label ?? "").replaceAll(/\[\d+\]/g, (number) => {
    at += 1;
    return numbers[at] === "*" ? "[*]" : number;
  });
}

// A Map may have more iterations than a call may have arguments.
function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b));
}
function most(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}
