/** Whether an arrival has had its run: the input of an execution says whose items were in it, and by which messages they came. */
import { isJsonObject, type Json } from "../../json.ts";
import { MEMBERS_MEMBER } from "../../payload/payload.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { FunctionPorts } from "../ports.ts";
import { NEVER_STARTED } from "../process/decide.ts";
import { storedJson } from "../settle/stored.ts";

export async function wasInRun(
  { inputUrl, lastError }: PayloadRecord,
  message: string,
  ports: Pick<FunctionPorts, "objects">,
): Promise<boolean> {
  if (lastError?.error === NEVER_STARTED) return false;
  const input = await storedJson(inputUrl, ports);
  const members: Json | undefined = isJsonObject(input) ? input[MEMBERS_MEMBER] : undefined;
  if (!Array.isArray(members)) return false;
  return members.some(
    (member) => isJsonObject(member) && Array.isArray(member.messages) && member.messages.includes(message),
  );
}
