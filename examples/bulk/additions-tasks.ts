/**
 * The entries of 10,000 additions. Shares of them may be made to fail: `TROUBLE="exception=0.01,exit=0.01"`, in the same way
 * each time.
 */
const COUNT = 10_000;

export function* tasks() {
  const shares = readShares(process.env.TROUBLE ?? "");
  for (let number = 1; number <= COUNT; number++) {
    const data = { num1: number, num2: 2 * number };
    const trouble = troubleOf(number, shares);
    yield { task_id: `addition-${String(number).padStart(5, "0")}`, data: trouble ? { ...data, trouble } : data };
  }
}

/** A number between 0 and 1 for each task, the same in every run. */
function troubleOf(number: number, shares: ReadonlyMap<string, number>): string | undefined {
  let place = (number * 0.618_033_988_75) % 1;
  for (const [trouble, share] of shares) {
    if (place < share) return trouble;
    place -= share;
  }
  return undefined;
}

function readShares(text: string): ReadonlyMap<string, number> {
  const pairs = text.split(",").filter(Boolean);
  return new Map(pairs.map((pair) => [pair.split("=")[0] ?? "", Number(pair.split("=")[1] ?? 0)]));
}
