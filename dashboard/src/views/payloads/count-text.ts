/** How many payloads there are, as far as they were counted. */
import type { PayloadCount } from "../../../../src/api/shapes/payloads.ts";
import { many, number } from "../../parts/action-text.ts";

export function countText({ count, atLeast }: PayloadCount): string {
  return atLeast ? `more than ${number(count)} payloads` : many(count, "payload");
}
