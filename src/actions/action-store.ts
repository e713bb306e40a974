/** Port: the actions of operators. Embedded it is SQLite, on AWS the state table. */
import type { Page, PageRequest } from "../pages.ts";
import type { Action } from "./action.ts";

export interface ActionStore {
  /** Before anything of it is done. False where one of this ID is there already. */
  begin(action: Action): Promise<boolean>;
  get(id: string): Promise<Action | undefined>;
  /** In place of the one with the version before; false where somebody else has written since. */
  update(action: Action): Promise<boolean>;
  /** Newest first. */
  list(query: PageRequest): Promise<Page<Action>>;
  /** That are RUNNING, oldest first: whoever drives actions looks for what was left. */
  running(): Promise<readonly Action[]>;
}
