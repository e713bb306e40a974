/** What pip says, in words that whoever wrote the list of requirements can use. */
import { expect, test } from "vitest";
import { installFailure } from "../../../src/embedded/environments/install-failure.ts";

const FILE = "/srv/.cirrus/loops/environments/python/debr-1f/requirements.txt";

function reason(lines: readonly string[], requirements: readonly string[] = []): string {
  return installFailure(lines, { requirements, python: "CPython 3.11.7 linux-x86_64" });
}

test("P24: a version that is not there is told with the newest that are, and for which Python", () => {
  const versions = "2.12.0, 2.13.0, 2.14.0, 2.15.0, 2.16.1, 2.17.0";
  const said = [
    `Collecting tensorflow==2.0.0-alpha0 (from -r ${FILE} (line 1))`,
    `ERROR: Could not find a version that satisfies the requirement tensorflow==2.0.0-alpha0 (from versions: ${versions})`,
    "ERROR: No matching distribution found for tensorflow==2.0.0-alpha0",
  ];
  expect(reason(said)).toBe(
    "Could not find a version that satisfies the requirement tensorflow==2.0.0-alpha0 for CPython 3.11.7 linux-x86_64 " +
      "(there are …, 2.13.0, 2.14.0, 2.15.0, 2.16.1, 2.17.0)",
  );
  expect(reason([said[1]?.replace(versions, "none") ?? ""])).toMatch(/\(there is none\)$/);
});

test("P24: requirements that contradict each other are told with what each side wants, by what the list says", () => {
  const said = [
    `ERROR: Cannot install -r ${FILE} (line 2) and urllib3==1.20 because these package versions have conflicting dependencies.`,
    "",
    "The conflict is caused by:",
    "    The user requested urllib3==1.20",
    "    requests 2.31.0 depends on urllib3<3 and >=1.21.1",
    "",
    "To fix this you could try to:",
    "1. loosen the range of package versions you've specified",
    "ERROR: ResolutionImpossible: for help visit https://example.com",
  ];
  expect(reason(said, ["urllib3==1.20", "requests==2.31.0"])).toBe(
    "Cannot install requests==2.31.0 and urllib3==1.20 because these package versions have conflicting dependencies.; " +
      "The user requested urllib3==1.20; requests 2.31.0 depends on urllib3<3 and >=1.21.1",
  );
});

test("P24: a package that cannot be built from its source is told with its own error", () => {
  const said = [
    "  error: subprocess-exited-with-error",
    "  × Getting requirements to build wheel did not run successfully.",
    "  ╰─> [2 lines of output]",
    '        File "<string>", line 3, in <module>',
    "      RuntimeError: needs libfoo-dev",
    "      [end of output]",
    "error: subprocess-exited-with-error",
    "× Getting requirements to build wheel did not run successfully.",
  ];
  expect(reason(said)).toBe(
    "Getting requirements to build wheel did not run successfully; RuntimeError: needs libfoo-dev",
  );
});

test("whatever else it says is told by its last lines", () => {
  expect(reason(["a", "", "b"])).toBe("a; b");
  expect(reason([`ERROR: Invalid requirement: 'x y' (from line 1 of ${FILE})`])).toBe("Invalid requirement: 'x y'");
  expect(reason([])).toBe("It cannot be built");
});
