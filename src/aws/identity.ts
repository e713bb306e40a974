/** Whose account it is: shown before anything is changed in it. */
import type { ClientOptions } from "./services/settings.ts";

export interface Identity {
  /** Twelve digits. */
  readonly account: string;
  /** ARN of the user or of the role's session. */
  readonly arn: string;
}

/** Throws a CirrusError with the exit code for credentials where there are none, or where they have expired. */
export async function whoAmI(options: ClientOptions): Promise<Identity> {
  const { connectSts } = await import("./services/sts.ts");
  const { Account = "", Arn = "" } = await connectSts(options).getCallerIdentity();
  return { account: Account, arn: Arn };
}
