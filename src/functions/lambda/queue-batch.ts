/** Answers SQS for a batch: which of its messages are to come again. One that is bad never holds back its neighbours. */
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { describeError, TransientError } from "../../errors.ts";
import type { Log } from "../../log.ts";

/** What became of a message, as far as its queue is concerned. */
export interface MessageResult {
  /** The SQS messageId. */
  readonly messageId: string | undefined;
  readonly outcome: string;
  readonly reason?: string | undefined;
  readonly payloadId?: string | undefined;
  /** Of a message that was refused for ever. */
  readonly code?: string | undefined;
  readonly rejectionId?: string | undefined;
}

/** `retry` of any outcome means that the message comes again; so does a message without an outcome. */
export async function answerBatch(
  records: readonly SQSRecord[],
  handle: (records: readonly SQSRecord[]) => Promise<readonly MessageResult[]>,
  { log }: { readonly log: Log },
): Promise<{ readonly response: SQSBatchResponse; readonly results: readonly MessageResult[] }> {
  const results = await handleApart(records, handle, log);
  for (const result of results) logResult(result, log);
  const done = new Set(results.flatMap(({ messageId, outcome }) => (outcome === "retry" ? [] : [messageId])));
  const failed = records.filter(({ messageId }) => !done.has(messageId));
  // An empty identifier would be taken for the whole batch, and so is an error.
  if (failed.some(({ messageId }) => !messageId)) throw new TransientError("A message without an ID was not handled.");
  return { response: { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }, results };
}

function logResult({ messageId, payloadId, outcome, reason, code, rejectionId }: MessageResult, log: Log): void {
  const fields = { messageId, payloadId };
  if (outcome === "retry") log.warn("message comes again", { ...fields, reason });
  // Why a message is refused may quote it; the rejection that is kept has the whole reason.
  else if (outcome === "rejected") log.warn("message rejected", { ...fields, code, rejectionId });
  else log.info(outcome, { ...fields, reason });
}

/** An error that no message was blamed for may be the fault of any one: then each is handled by itself. */
async function handleApart(
  records: readonly SQSRecord[],
  handle: (records: readonly SQSRecord[]) => Promise<readonly MessageResult[]>,
  log: Log,
): Promise<readonly MessageResult[]> {
  try {
    return await handle(records);
  } catch (thrown) {
    const { error, cause } = describeError(thrown);
    log.error("batch not handled", { count: records.length, reason: `${error}: ${cause}` });
    const [only, ...others] = records;
    if (only !== undefined && others.length === 0) {
      return [{ messageId: only.messageId, outcome: "retry", reason: `${error}: ${cause}` }];
    }
    return (await Promise.all(records.map((record) => handleApart([record], handle, log)))).flat();
  }
}
