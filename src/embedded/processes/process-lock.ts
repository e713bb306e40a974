/** A lock that the operating system keeps for a process, and that ends with it, however that ends. Containers that share the folder see it too. */
import { DatabaseSync } from "node:sqlite";

/** What nobody refers to is closed when memory is cleared, and would let go of its lock. */
const held = new Set<DatabaseSync>();

/** `file`: an empty database, made where it is not there. Undefined while somebody else holds it. */
export function tryProcessLock(file: string): { release(): void } | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    held.add(database);
    return {
      release() {
        if (held.delete(database)) database.close();
      },
    };
  } catch (thrown) {
    database.close();
    if (thrown instanceof Error && /locked|busy/i.test(thrown.message)) return undefined;
    throw thrown;
  }
}
