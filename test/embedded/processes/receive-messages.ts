/** Receives and acknowledges messages until none is visible; prints their IDs: `receive-messages.ts PATH`. */
import { systemClock } from "../../../src/clock.ts";
import { openDatabase } from "../../../src/embedded/database/database.ts";
import { makeQueue } from "../../../src/embedded/messages/queue.ts";

const [path = ""] = process.argv.slice(2);
const db = openDatabase(path);
const queue = makeQueue(db, { name: "shared", clock: systemClock });
for (;;) {
  const messages = await queue.receive({ max: 3 });
  if (messages.length === 0) break;
  for (const { id } of messages) console.log(id);
  await queue.ack(messages.map(({ receipt }) => receipt));
}
db.close();
