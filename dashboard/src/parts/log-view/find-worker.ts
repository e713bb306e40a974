/** The worker of a search: one block in, what it has out. */
import { findInBlock, type Question } from "./find-in-block.ts";

addEventListener("message", (event: MessageEvent<Question>) => postMessage(findInBlock(event.data)));
