import { describe, expect, test } from "vitest";
import { npmRequirement, requirementFault } from "../../../src/loop/registry/requirement-syntax.ts";

describe("a requirement", () => {
  test.each([
    "numpy",
    "tensorflow==2.0.0-alpha0",
    "numpy>=1.20,<2",
    "numpy >= 1.20, < 2",
    "uvicorn[standard]~=0.30",
    "a (>=1,<2)",
    "pandas!=2.0.*",
    "x===1.0+local.1",
    'pywin32>=1; sys_platform == "win32"',
    "pip @ https://example.com/pip-1.0.zip",
    "name @ git+https://example.com/x.git@main",
    "npm:ml-matrix@6",
    "npm:@stdlib/stats@^0.2.1",
    "npm:left-pad",
    "npm:typescript@>=5 <6",
    "npm:x@latest",
  ])("P24: is taken as pip or npm takes it: %s", (text) => {
    expect(requirementFault(text)).toBeUndefined();
  });

  test.each([
    ["numpy=1", /numpy==1/],
    ["numpy 1.2", /numpy==1\.2/],
    ["-r requirements.txt", /Only requirements/],
    ["--index-url https://example.com", /Only requirements/],
    ["./local", /name a package/],
    ["/abs", /name a package/],
    ["name @ file:///etc", /without the repository/],
    ["name[extra] @ ../etc", /without the repository/],
    ["https://example.com/x.whl", /name @ https/],
    ["git+https://example.com/x.git", /name @ git/],
    ["numpy>=", /as pip takes it/],
    ["numpy; rm -rf /; x", /as pip takes it/],
    ["$(touch x)", /as pip takes it/],
    ["", /as pip takes it/],
    ["npm:./x", /npm:ml-matrix@6/],
    ["npm:a@file:../x", /npm:ml-matrix@6/],
    ["npm:--global", /npm:ml-matrix@6/],
    ["npm:a@https://example.com/x.tgz", /npm:ml-matrix@6/],
  ])("P24: that is none says what to write: %s", (text, hint) => {
    expect(requirementFault(text)?.hint).toMatch(hint);
  });

  test("of npm's has a name and a range", () => {
    expect(npmRequirement("npm:@a/b@^1.2")).toEqual({ name: "@a/b", range: "^1.2" });
    expect(npmRequirement("npm:a")).toEqual({ name: "a", range: "*" });
    expect(npmRequirement("numpy")).toBeUndefined();
  });
});
