/** Records of payloads, and a word on what to do where there is none. */
import { CirrusError, EXIT } from "../../errors.ts";
import type { PayloadRecord } from "../../state/state-store.ts";
import type { Backend } from "../place/backend.ts";

export async function requireRecord({ ports, flags, place }: Backend, payloadId: string): Promise<PayloadRecord> {
  const [record] = await ports.state.get([payloadId]);
  if (record) return record;
  throw new CirrusError(`There is no payload ${payloadId} ${place}.`, {
    hint: `List them: npx cirrus payload list${flags}`,
    exitCode: EXIT.notFound,
  });
}
