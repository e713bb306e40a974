/** What tells the page of this start from everything else that a browser has open: only it may write. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 192 random bits, new with every start of the server. */
export function makeToken(): string {
  return randomBytes(24).toString("base64url");
}

/** Takes as long for a token that is nearly right as for any other. */
export function sameToken(given: string | undefined, token: string): boolean {
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** Of the same length whatever was given. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
