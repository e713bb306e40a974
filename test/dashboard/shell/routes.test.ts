import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE, href, identityOf, match, withQuery } from "../../../dashboard/src/routes.ts";

function follow(address: string) {
  const url = new URL(address, "http://127.0.0.1");
  return { ...match(url.pathname), query: Object.fromEntries(url.searchParams) };
}

describe("addresses of the page", () => {
  test("the base alone is the first view, with and without a slash", () => {
    expect(match(BASE).view).toBe("home");
    expect(match(`${BASE}/`).view).toBe("home");
  });

  test("an address that nobody has is told so", () => {
    expect(match(`${BASE}/nowhere`).view).toBe("unknown");
    expect(match(`${BASE}/bulk/a/b`).view).toBe("unknown");
  });

  test("a name that holds slashes, percent signs or markup leads to itself", () => {
    const names = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(names, names, (workflow, name) => {
        // A browser takes these for the folder itself and the one above.
        fc.pre(![workflow, name].some((text) => text === "." || text === ".."));
        expect(follow(href.execution(workflow, name))).toMatchObject({
          view: "execution",
          params: { workflow, name },
        });
        expect(follow(href.payload(name))).toMatchObject({ view: "payload", query: { id: name } });
      }),
    );
  });

  test("an address that is typed wrong is shown as it is", () => {
    expect(match(`${BASE}/workflow/50%`)).toEqual({ view: "workflow", params: { name: "50%" } });
  });

  test("what a filter leaves open is not in the address", () => {
    expect(href.payloads({ state: "FAILED", workflow: undefined, idPrefix: "" })).toBe(
      "/dashboard/payloads?state=FAILED",
    );
    expect(withQuery("/v1/payloads?state=FAILED", { cursor: "a b" })).toBe("/v1/payloads?state=FAILED&cursor=a+b");
  });
});

describe("which page it is", () => {
  const identity = (address: string) => {
    const url = new URL(address, "http://127.0.0.1");
    return identityOf(url.pathname, url.searchParams);
  };

  test("another payload is another page; another tab of it is not", () => {
    expect(identity(href.payload("a/workflow-b/c"))).not.toBe(identity(href.payload("a/workflow-b/d")));
    expect(identity(href.payload("a/workflow-b/c"))).toBe(identity(href.payload("a/workflow-b/c", "items")));
    expect(identity(href.loopTask("zzebu/one"))).not.toBe(identity(href.loopTask("zzebu/two")));
    expect(identity(href.payloads({ state: "FAILED" }))).toBe(identity(href.payloads()));
  });
});
