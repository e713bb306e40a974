/** When something was: how long ago, and the exact time on demand. */
import { useNow } from "./now.ts";
import { usePreferences } from "./preferences.ts";
import { momentText, relativeText } from "./time-text.ts";

interface MomentProps {
  /** ISO 8601 */
  readonly at: string;
  /** The exact time is what is shown. */
  readonly exact?: boolean;
}

export function Moment({ at, exact = false }: MomentProps) {
  const now = useNow();
  const { zone } = usePreferences();
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  const full = momentText(time, zone);
  // The later of the two clocks: what was written a second ago is not in the future.
  const relative = relativeText(time, time - now < 5000 ? Math.max(now, time) : now);
  return (
    <time class="moment" dateTime={at} title={exact ? relative : full}>
      {exact ? full : relative}
    </time>
  );
}
