/** Asks an instance whether it is about to be taken away: a spot instance has two minutes from the notice. */
import type { Clock } from "../clock.ts";
import { isJsonObject, parseJson } from "../json.ts";
import type { InstanceMetadata } from "./instance-metadata.ts";

/** AWS: "we recommend that you check for these interruption notices every 5 seconds". */
const LOOK_MS = 5_000;

/** As `Notices` of the worker has it. */
export interface InstanceNotice {
  readonly kind: "termination" | "rebalance";
  /** Milliseconds since 1970, where it is known. */
  readonly at?: number | undefined;
}

const PLACES = [
  { kind: "termination", path: "spot/instance-action", time: "time" },
  { kind: "rebalance", path: "events/recommendations/rebalance", time: "noticeTime" },
] as const;

export function makeInstanceNotices({ read }: InstanceMetadata, clock: Clock) {
  const told = new Set<string>();

  async function look(): Promise<InstanceNotice | undefined> {
    for (const { kind, path, time } of PLACES) {
      if (told.has(kind)) continue;
      const text = await read(path);
      if (text === undefined) continue;
      told.add(kind);
      return { kind, at: timeIn(text, time) };
    }
    return undefined;
  }

  return {
    /** The next one that was not told before; undefined once the signal is aborted. */
    async next(signal: AbortSignal): Promise<InstanceNotice | undefined> {
      while (!signal.aborted) {
        const notice = await look();
        if (notice !== undefined) return notice;
        await clock.sleep(LOOK_MS, signal).catch(() => {});
      }
      return undefined;
    },
  };
}

/** `{"action": "terminate", "time": "2030-01-01T08:22:00Z"}` */
function timeIn(text: string, name: string): number | undefined {
  const said = parseJson(text);
  const time = isJsonObject(said) ? said[name] : undefined;
  const at = typeof time === "string" ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
