/**
 * Who asks, as API Gateway has found out: with IAM the policy of whoever signed the request has let it through; with tokens
 * the issuer has signed them, and the groups in them say what the caller may do.
 */
import type { Caller } from "../ports.ts";

/** As much of the event of an HTTP API (payload format 2.0) as says who asks. */
export interface GatewayEvent {
  readonly requestContext?: {
    readonly authorizer?: {
      readonly iam?: { readonly userArn?: string | null } | null;
      readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> | null } | null;
    };
  };
}

/** `undefined`: whoever has a token of the issuer may. */
export interface CallerGroups {
  readonly read: string | undefined;
  readonly operate: string;
}

export type Asking =
  | { readonly outcome: "known"; readonly caller: Caller }
  | { readonly outcome: "refused"; readonly message: string; readonly hint: string };

export function callerOf(event: GatewayEvent, { read, operate }: CallerGroups): Asking {
  const { iam, jwt } = event.requestContext?.authorizer ?? {};
  // Whether it may operate, its policy says to API Gateway: a request that it may not make does not come here.
  if (iam?.userArn) return { outcome: "known", caller: { name: nameOfArn(iam.userArn), mayOperate: true } };
  const { claims } = jwt ?? {};
  if (!claims) {
    const hint = "Ask through the address of the stack's API, which checks who asks.";
    return { outcome: "refused", message: "Nobody knows who asks.", hint };
  }
  const groups = groupsOf(claims);
  const name = nameOfClaims(claims);
  if (read !== undefined && !groups.has(read) && !groups.has(operate)) {
    const hint = `Ask whoever runs this stack to put you into the group ${read}.`;
    return { outcome: "refused", message: `${name} may not look at this stack.`, hint };
  }
  return { outcome: "known", caller: { name, mayOperate: groups.has(operate) } };
}

/** `ada` of `arn:aws:iam::123456789012:user/ada`, `Admin/ada@example.org` of an assumed role. */
function nameOfArn(arn: string): string {
  return (
    arn
      .split(":")
      .slice(5)
      .join(":")
      .replace(/^(?:user|assumed-role|federated-user)\//, "") || arn
  );
}

/** Names that people know themselves by, before those that only a directory knows. */
const NAMES = ["email", "preferred_username", "username", "cognito:username", "name", "sub"] as const;

function nameOfClaims(claims: Readonly<Record<string, unknown>>): string {
  const found = NAMES.map((name) => claims[name]).find((value) => typeof value === "string" && value !== "");
  return typeof found === "string" ? found : "somebody";
}

/** Where issuers say what somebody belongs to: Cognito, Keycloak and Okta, Entra. */
const GROUPS = ["cognito:groups", "groups", "roles"] as const;

function groupsOf(claims: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(GROUPS.flatMap((name) => namesIn(claims[name])));
}

/** API Gateway writes a list as `[readers operators]`. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  if (typeof value !== "string") return [];
  return value
    .replaceAll(/^\[|\]$/g, "")
    .split(/[\s,]+/)
    .filter((name) => name !== "");
}
