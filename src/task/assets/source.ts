/** The bytes of an asset, read as they come: a connection that breaks off is opened again where it was. */
import { addAbortSignal, type Readable } from "node:stream";
import { TransientError } from "../../errors.ts";
import { type Patience, pause, TRIES, tryAgain } from "../retry.ts";

/** What a connection gives. */
export interface Opened {
  readonly body: Readable;
  /** Offset of the body's first byte: 0 too where a server does not know ranges. */
  readonly start: number;
  /** Bytes of the whole; undefined where the server does not say. */
  readonly size: number | undefined;
  /** Another one for other bytes; undefined where nothing tells them apart. */
  readonly version: string | undefined;
  /** The error to throw for one of the body's. */
  explain(thrown: unknown): unknown;
}

/** From this offset on. */
export type Open = (start: number) => Promise<Opened>;

export interface Source {
  readonly size: number | undefined;
  /** Can be read once; whoever does not has to `close`. */
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): void;
}

/** A connection that breaks off after less is one more failure in a row. */
const PROGRESS_BYTES = 1024 ** 2;

export async function openSource(open: Open, patience: Patience): Promise<Source> {
  const opened = await tryAgain(() => open(0), patience);
  return { size: opened.size, bytes: readOn(opened, open, patience), close: () => opened.body.destroy() };
}

async function* readOn(first: Opened, open: Open, patience: Patience): AsyncGenerator<Uint8Array> {
  let opened = first;
  let at = 0;
  let failed = 0;
  for (;;) {
    const began = at;
    try {
      for await (const chunk of bodyFrom(opened, at, patience.signal)) {
        at += chunk.length;
        yield chunk;
      }
      if (first.size !== undefined && at !== first.size) throw lied(at, first.size);
      return;
    } catch (thrown) {
      patience.signal.throwIfAborted();
      const broken = opened.explain(thrown);
      failed = at - began < PROGRESS_BYTES ? failed + 1 : 1;
      if (!(broken instanceof TransientError) || opened.version === undefined || failed === TRIES) throw broken;
      await pause(failed, broken, patience);
      const again = await tryAgain(() => open(at), patience);
      if (again.version !== opened.version) throw changed(again, broken);
      opened = again;
    }
  }
}

/** An answer may end early without breaking off, or go on behind its end. */
function lied(bytes: number, size: number): TransientError {
  return new TransientError(`${bytes} bytes came of ${size} that were announced`, { hint: "Try again later." });
}

/** Without what is known already, where the whole comes again. */
async function* bodyFrom({ body, start }: Opened, at: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let known = at - start;
  // A body in binary mode is a sequence of buffers.
  for await (const chunk of addAbortSignal(signal, body) as AsyncIterable<Buffer>) {
    if (known < chunk.length) yield known > 0 ? chunk.subarray(known) : chunk;
    known = Math.max(0, known - chunk.length);
  }
}

/** The beginning of the one and the end of the other would make a third. */
function changed({ body }: Opened, { message, hint }: TransientError): TransientError {
  body.destroy();
  return new TransientError(`${message}; it has changed meanwhile`, { hint });
}
