/** How long something took, or takes until now. */
import { useNow } from "./now.ts";
import { durationText } from "./time-text.ts";

interface DurationProps {
  readonly ms?: number | undefined;
}

export function Duration({ ms }: DurationProps) {
  if (ms === undefined) return <span class="faint">–</span>;
  return <span class="number">{durationText(ms)}</span>;
}

/** Of what still runs. */
export function RunningDuration({ since }: { readonly since: string }) {
  const now = useNow();
  return <span class="number">{durationText(Math.max(0, now - Date.parse(since)))}</span>;
}
