/** tally: from the changes of the state table, as its stream tells them, to the counts by workflow, collections and state, and over time. */
import type { Counters, StateChange } from "../../aws/state/counters.ts";
import { enteredAttribute } from "../../aws/state/record-item.ts";
import { parsePayloadId } from "../../payload/payload-id.ts";
import { isState, type State } from "../../state/states.ts";

/** What the tally reads of a stream's event; the rest of it is left alone. */
export interface TallyEvent {
  readonly Records: readonly TallyRecord[];
  /** Lambda tells the shard only where the event source has a tumbling window. */
  readonly shardId?: string | undefined;
}

export interface TallyRecord {
  readonly dynamodb?:
    | {
        readonly SequenceNumber?: string | undefined;
        readonly Keys?: Image | undefined;
        readonly OldImage?: Image | undefined;
        readonly NewImage?: Image | undefined;
      }
    | undefined;
}

type Image = Readonly<Record<string, { readonly S?: string | undefined }>>;

export interface TallyPorts {
  readonly counters: Counters;
}

/**
 * Counts what is new in the batch; what has been counted before, in whatever batches it came, is left out.
 * Resolves to the number of changes of state in the batch.
 */
export async function tally(event: TallyEvent, { counters }: TallyPorts): Promise<number> {
  const changes = event.Records.flatMap(changeOf);
  if (changes.length === 0) return 0;
  if (event.shardId === undefined) {
    throw new Error("The event does not say which shard it is of: set tumblingWindowInSeconds on the tally's stream.");
  }
  await counters.count(event.shardId, changes);
  return changes.length;
}

/** None where the state stayed as it was, or the item is not a record. */
function changeOf({ dynamodb = {} }: TallyRecord): readonly StateChange[] {
  const { SequenceNumber: sequence, Keys, OldImage, NewImage } = dynamodb;
  const payload = parsePayloadId(Keys?.pk?.S ?? "");
  if (sequence === undefined || payload === undefined || Keys?.sk?.S !== "record") return [];
  const from = stateOf(OldImage);
  const to = stateOf(NewImage);
  const at = to && NewImage?.[enteredAttribute(to)]?.S;
  const before = to && OldImage?.[enteredAttribute(to)]?.S;
  // A redriven execution may end a payload anew in the state that it is in.
  const entered = to && at !== undefined && (from !== to || at !== before) ? { state: to, at, before } : undefined;
  return from === to && !entered ? [] : [{ sequence, payload, from, to, entered }];
}

function stateOf(image: Image | undefined): State | undefined {
  const state = image?.state?.S;
  return isState(state) ? state : undefined;
}
