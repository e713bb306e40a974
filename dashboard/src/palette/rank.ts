/** Which entries of the palette fit what was typed, the best first. */

export interface Entry {
  readonly label: string;
  /** What it is: `view`, `workflow`, `payload`. */
  readonly kind: string;
  readonly to: string;
}

/** Every word that was typed must be somewhere in the label or kind; a label that begins with them comes first. */
export function rank(entries: readonly Entry[], typed: string, most = 12): readonly Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return entries
    .map((entry, index) => ({ entry, index, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.index - other.index)
    .slice(0, most)
    .map(({ entry }) => entry);
}

function scoreOf({ label, kind }: Entry, words: readonly string[]): number {
  let score = 1;
  const name = label.toLowerCase();
  for (const word of words) {
    if (name.startsWith(word)) score += 4;
    else if (name.split(/[\s/_-]+/).some((part) => part.startsWith(word))) score += 3;
    else if (name.includes(word)) score += 2;
    else if (kind.startsWith(word)) score += 1;
    else return 0;
  }
  return score;
}

/** A payload ID is `<collections>/workflow-<workflow>/<items>`. */
export function looksLikePayloadId(typed: string): boolean {
  return /^[^\s/]+\/workflow-[^\s/]+\/.+$/.test(typed.trim());
}
