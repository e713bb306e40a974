/** DynamoDB's expressions, as far as the store of bulk runs writes them, over items. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

export interface Names {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

/** Of AND, OR, parentheses, comparisons and functions. */
export function holds(expression: string | undefined, item: Item, names: Names): boolean {
  if (expression === undefined) return true;
  const tokens = tokensOf(expression);
  let at = 0;
  const next = () => tokens[at++] ?? "";
  const expect = (token: string) => {
    const found = next();
    if (found !== token) throw new Error(`${token} expected, not ${found}: ${expression}`);
  };
  // A name that was not declared names nothing.
  const attribute = (token: string) => item[names.ExpressionAttributeNames?.[token] ?? token];
  const value = (token: string) => {
    const found = names.ExpressionAttributeValues?.[token];
    if (found === undefined) throw new Error(`${token} has no value: ${expression}`);
    return found;
  };

  function either(): boolean {
    let result = both();
    for (; tokens[at] === "OR"; ) {
      at += 1;
      const right = both();
      result = result || right;
    }
    return result;
  }
  function both(): boolean {
    let result = test();
    for (; tokens[at] === "AND"; ) {
      at += 1;
      const right = test();
      result = result && right;
    }
    return result;
  }
  function test(): boolean {
    const token = next();
    if (token === "(") {
      const result = either();
      expect(")");
      return result;
    }
    if (token === "attribute_exists" || token === "attribute_not_exists" || token === "begins_with") {
      expect("(");
      const found = attribute(next());
      const isPrefix = token === "begins_with";
      if (isPrefix) expect(",");
      const prefix = isPrefix ? value(next()) : undefined;
      expect(")");
      if (prefix !== undefined) return found?.S?.startsWith(prefix.S ?? "") ?? false;
      return (found !== undefined) === (token === "attribute_exists");
    }
    const found = attribute(token);
    const operator = next();
    if (operator === "IN") {
      const all: AttributeValue[] = [];
      for (let mark = next(); mark !== ")"; mark = next()) all.push(value(next()));
      return all.some((one) => found !== undefined && compare(found, one) === 0);
    }
    const low = value(next());
    if (operator === "BETWEEN") {
      expect("AND");
      const high = value(next());
      return found !== undefined && compare(found, low) >= 0 && compare(found, high) <= 0;
    }
    return found !== undefined && (operator === "=" ? compare(found, low) === 0 : compare(found, low) < 0);
  }

  const result = either();
  if (at !== tokens.length) throw new Error(`${tokens[at]} not expected: ${expression}`);
  return result;
}

const known = new Map<string, readonly string[]>();

function tokensOf(expression: string): readonly string[] {
  const tokens =
    known.get(expression) ??
    expression.match(/attribute_not_exists|attribute_exists|begins_with|[(),]|[<=]|[#:]?\w+/g) ??
    [];
  known.set(expression, tokens);
  return tokens;
}

/** SET, REMOVE and ADD. */
export function updated(expression: string, item: Item, names: Names): Item {
  const next = structuredClone(item);
  const name = (token = "") => names.ExpressionAttributeNames?.[token] ?? token;
  const value = (token = "") => names.ExpressionAttributeValues?.[token] ?? { S: `${token} has no value` };
  for (const [, clause, list = ""] of expression.matchAll(/(SET|REMOVE|ADD) (.+?)(?= SET | REMOVE | ADD |$)/g)) {
    for (const part of list.split(", ")) {
      const [target, operand] = part.split(/ = | /);
      if (clause === "REMOVE") delete next[name(target)];
      else if (clause === "SET") next[name(target)] = value(operand);
      else next[name(target)] = { N: String(Number(next[name(target)]?.N ?? 0) + Number(value(operand).N)) };
    }
  }
  return next;
}

function compare(a: AttributeValue, b: AttributeValue): number {
  if (a.N !== undefined && b.N !== undefined) return Number(a.N) - Number(b.N);
  return Buffer.compare(Buffer.from(a.S ?? ""), Buffer.from(b.S ?? ""));
}
