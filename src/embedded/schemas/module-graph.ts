/** Which modules import which, so that it is known what one of them is made of when several are loaded together. */
export interface ModuleGraph {
  add(parent: string | undefined, child: string): void;
  /** The module and all that it imports, in whatever way. */
  reach(url: string): readonly string[];
}

export function makeModuleGraph(): ModuleGraph {
  const children = new Map<string, Set<string>>();
  return {
    add(parent = "", child) {
      const known = children.get(parent);
      if (known === undefined) children.set(parent, new Set([child]));
      else known.add(child);
    },
    reach(url) {
      const reached = new Set([url]);
      // A set that grows while it is read is read to its end.
      for (const one of reached) for (const child of children.get(one) ?? []) reached.add(child);
      return [...reached];
    },
  };
}
