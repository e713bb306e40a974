/** What the graph shows of a state besides its name. */
import type { Shape, Tone } from "../marks.ts";

export interface NodeLook {
  readonly tone: Tone;
  readonly shape: Shape;
  /** How it stands, for people: `failed`. Read out with the name. */
  readonly word: string;
  /** In the box below the name: `8 succeeded, 2 failed`. */
  readonly note?: string | undefined;
}

/** For a state that was not reached. */
export const NOT_REACHED: NodeLook = { tone: "plain", shape: "dash", word: "not reached" };
