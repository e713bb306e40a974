/**
 * How far one run of a feeder is. Its Lambda's time may end between two positions, so it remembers what it has sent beyond
 * the last one; and where several runs are under way at once (a schedule is due again, a call came twice) only one goes on.
 */
import { canonicalJson, type Json } from "../json.ts";
import type { Payload } from "../payload/payload.ts";
import { nameSent, type Positions, type Reached, type RunName } from "./positions.ts";

export interface Progress {
  /** Payloads that were found, in all runs that went on from one another. */
  found(): number;
  /** Counts it; false where the run before this one has sent it already. */
  take(payload: Payload): boolean;
  /** Everything that was taken is sent. */
  tell(position: Json): Promise<void>;
  /** Keeps what another run needs to go on. The last so many that were taken are not sent. */
  leave(unsent: number): Promise<Left>;
  /** It has come to its end. */
  end(): Promise<void>;
}

export type Left =
  | { readonly outcome: "goes-on"; readonly found: number }
  /** Nothing was sent that was not sent before. */
  | { readonly outcome: "stuck" }
  /** Another run is further: it goes on. */
  | { readonly outcome: "others"; readonly found: number };

/** Names are kept in an object that is read and written whole. */
const MOST_NAMES = 100_000;

export interface ProgressPorts {
  readonly positions: Positions | undefined;
  readonly name: RunName;
  readonly from: Reached | undefined;
  /** What no other run is called. */
  readonly run: string;
}

export function makeProgress({ positions, name, from, run }: ProgressPorts): Progress {
  const before = new Set(from?.sent);
  let reached = from;
  let found = from?.found ?? 0;
  let sent: string[] = [];

  return {
    found: () => found,
    take(payload) {
      found++;
      const named = nameSent(payload);
      if (before.has(named)) return false;
      if (before.size + sent.length < MOST_NAMES) sent.push(named);
      return true;
    },
    async tell(position) {
      // Where it began: that is no step, and to go on for it would never end.
      if (sent.length === 0 && canonicalJson(reached?.position ?? null) === canonicalJson(position)) return;
      reached = { position, found, run };
      before.clear();
      sent = [];
      await positions?.write(name, reached);
    },
    async leave(unsent) {
      const isFurther = reached !== from || sent.length > unsent;
      if (!isFurther || positions === undefined) return { outcome: "stuck" };
      const last = await positions.read(name);
      // Who wrote last is under way, or what came after it is.
      if (last?.run !== reached?.run) return { outcome: "others", found };
      const names = [...before, ...sent.slice(0, Math.max(0, sent.length - unsent))];
      const { position, found: upTo } = reached ?? { position: undefined, found: 0 };
      if (names.length > 0) await positions.write(name, { position, found: upTo, run, sent: names });
      return { outcome: "goes-on", found: upTo + names.length };
    },
    async end() {
      if (reached !== undefined) await positions?.remove(name);
    },
  };
}
