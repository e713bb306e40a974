/** The action that somebody is asked about now. The dialog stands over the page, so that it outlives what opened it. */
import { useEffect, useState } from "preact/hooks";
import type { ActionRequest, ActionView } from "../../../src/api/shapes/actions.ts";
import type { PayloadCount } from "../../../src/api/shapes/payloads.ts";

export interface Asked {
  /** Without `why`, which is asked for. */
  readonly request: ActionRequest;
  /** How many its filter chooses, where that is known. */
  readonly count?: PayloadCount | undefined;
  /** When it has begun; it may be done by then. */
  readonly onDone?: ((action: ActionView) => void) | undefined;
}

let show: ((asked: Asked) => void) | undefined;

/** Opens the dialog. */
export function askFor(asked: Asked): void {
  show?.(asked);
}

/** For the page, once. */
export function useAsked(): readonly [asked: Asked | undefined, close: () => void] {
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => {
    show = setAsked;
    return () => {
      show = undefined;
    };
  }, []);
  return [asked, () => setAsked(undefined)];
}
