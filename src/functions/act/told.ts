/** Who acts and why, in the words that stay in histories; and the ID by which what an action sends is known again. */
import { createHash } from "node:crypto";
import type { Action } from "../../actions/action.ts";
import { cutText } from "../../payload/cut.ts";

type Facts = Pick<Action, "id" | "by" | "why">;

export function actorOf({ by }: Pick<Facts, "by">): string {
  return `${by} via the API`;
}

/** `the sensor was recalibrated (alice via the API)`; what is done stands for a reason that nobody gave. */
export function reasonOf(action: Facts, what: string): string {
  return `${cutText(action.why ?? what, MOST_OF_WHY)} (${cutText(actorOf(action), MOST_OF_ACTOR)})`;
}

/** Together at most what a payload may say why it is run again: 500 characters. */
const MOST_OF_WHY = 395;
const MOST_OF_ACTOR = 100;

/** The same for the same target of the same action, however often it is sent. */
export function effectOf({ id }: Pick<Facts, "id">, target: string): string {
  return `action/${id}/${createHash("sha256").update(target).digest("hex").slice(0, 32)}`;
}
