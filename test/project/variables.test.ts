// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts hold the project's own variables
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadOptions } from "../../src/project/read-project.ts";
import { parseVariables } from "../../src/project/variables/parse-variables.ts";
import { read, readAt, show, writeFolder, yaml } from "./project-folder.ts";

/** What `custom` of a cirrus.yml comes to, and its problems. */
function resolve(custom: string, options: Partial<ReadOptions> = {}, files: Readonly<Record<string, string>> = {}) {
  const { project, problems } = read({ "cirrus.yml": `service: demo\n${custom}`, ...files }, options);
  return { custom: project.config.custom, problems: show(problems), project };
}

describe("self", () => {
  test("a variable that is the whole value keeps its type; inside a text it becomes text", () => {
    const { custom, problems } = resolve(yaml`
      custom:
        list: [a, b]
        map: {x: 1}
        number: 5
        flag: false
        l: \${self:custom.list}
        m: \${self:custom.map}
        n: \${self:custom.number}
        f: \${self:custom.flag}
        item: \${self:custom.list.1}
        text: 'n=\${self:custom.number} f=\${self:custom.flag} \${self:service}'
    `);
    expect(problems).toEqual([]);
    expect(custom).toMatchObject({
      l: ["a", "b"],
      m: { x: 1 },
      n: 5,
      f: false,
      item: "b",
      text: "n=5 f=false demo",
    });
  });

  test("addresses may hold variables and lead through values that are variables", () => {
    const { custom, problems } = resolve(yaml`
      custom:
        stages: {dev: {size: 1}, prod: {size: 2}}
        here: \${self:custom.stages.\${sls:stage}}
        size: \${self:custom.here.size}
        region: \${self:provider.region}
        stage: \${self:provider.stage}
    `);
    expect(problems).toEqual([]);
    expect(custom).toMatchObject({ size: 1, stage: "dev", region: "us-west-2" });
  });

  test("a circle is one problem that prints it", () => {
    const { problems } = resolve(yaml`
      custom:
        a: \${self:custom.b}
        b: x\${self:custom.c}
        c: \${self:custom.a}
    `);
    expect(problems).toEqual([
      "cirrus.yml:3:6 circular-variable: ${self:custom.b} goes round in a circle: custom.a → custom.b → custom.c → custom.a",
    ]);
  });

  test("a map that holds itself is a circle", () => {
    expect(resolve("custom:\n  a: {b: '${self:custom.a}'}\n").problems).toEqual([
      "cirrus.yml:3:10 circular-variable: ${self:custom.a} goes round in a circle: custom.a.b → custom.a.b",
    ]);
  });

  test("a value that is not there is a problem with the nearest key", () => {
    const { problems } = resolve(yaml`
      custom:
        batch:
          Subnets: [subnet-1]
        a: \${self:custom.batch.Subnet}
        b: 'x \${self:custm.batch}'
    `);
    expect(problems).toEqual([
      "cirrus.yml:5:6 unresolved-variable: ${self:custom.batch.Subnet} cannot be resolved: there is no Subnet in custom.batch [Did you mean Subnets?]",
      "cirrus.yml:6:6 unresolved-variable: ${self:custm.batch} cannot be resolved: there is no custm [Did you mean custom?]",
    ]);
  });

  test("a list or a map inside a text is a problem", () => {
    expect(resolve("custom:\n  l: [a]\n  t: 'x-${self:custom.l}'\n").problems).toEqual([
      "cirrus.yml:4:6 bad-variable: x-${self:custom.l} cannot be resolved: a list or a map cannot be part of a text " +
        "[A list, a map or a reference must be the whole value; join references with !Join or !Sub.]",
    ]);
  });

  test("values that double with every step stop at a limit", () => {
    const doubles = Array.from(
      { length: 40 },
      (_, i) => `  l${i + 1}: ['$\{self:custom.l${i}}', '$\{self:custom.l${i}}']`,
    );
    expect(resolve(`custom:\n  l0: [x]\n${doubles.join("\n")}\n`).problems.join()).toContain("too-large");
    const texts = Array.from({ length: 40 }, (_, i) => `  t${i + 1}: '$\{self:custom.t${i}}$\{self:custom.t${i}}'`);
    expect(resolve(`custom:\n  t0: xxxxxxxx\n${texts.join("\n")}\n`).problems.join()).toContain("longer than 1048576");
  });
});

describe("fallbacks", () => {
  test("the first that has a value counts: quoted texts, numbers, booleans, other variables, nested ones", () => {
    const { custom, problems } = resolve(
      yaml`
        custom:
          text: \${opt:a, 'x, y'}
          double: \${opt:a, "it's"}
          number: \${opt:a, 12.5}
          flag: \${opt:a, true}
          chain: \${opt:a, env:MISSING, self:custom.there, 'no'}
          nested: \${opt:a, \${env:MISSING, \${self:custom.there}}}
          inside: \${opt:a, 'at \${self:custom.there}'}
          empty: \${env:EMPTY, ''}
          given: \${opt:b, 'no'}
          there: here
      `,
      { opt: { b: "yes" } },
    );
    expect(problems).toEqual([]);
    expect(custom).toEqual({
      text: "x, y",
      double: "it's",
      number: 12.5,
      flag: true,
      chain: "here",
      nested: "here",
      inside: "at here",
      empty: "",
      given: "yes",
      there: "here",
    });
  });

  test("without any value the first missing one is named", () => {
    const { problems } = resolve("custom:\n  a: ${opt:satge, env:HOMES}\n", {
      opt: { stages: "x" },
      env: { HOME: "/" },
    });
    expect(problems).toEqual([
      "cirrus.yml:3:6 unresolved-variable: ${opt:satge, env:HOMES} cannot be resolved: the option --satge was not given [Did you mean stage?]",
    ]);
  });
});

describe("stage and region", () => {
  const file = yaml`
    provider:
      stage: \${opt:stage, 'test'}
      region: \${opt:region, 'eu-west-1'}
    custom:
      all: \${opt:stage}-\${sls:stage}-\${self:provider.stage}-\${opt:region}
  `;

  test("come from the file without options, for opt:stage too", () => {
    const { custom, project } = resolve(file);
    expect(custom.all).toBe("test-test-test-eu-west-1");
    expect(project.config).toMatchObject({ stage: "test", region: "eu-west-1", stackName: "demo-test" });
  });

  test("the options win", () => {
    const { custom } = resolve(file, { stage: "prod", region: "eu-north-1" });
    expect(custom.all).toBe("prod-prod-prod-eu-north-1");
    expect(resolve("provider: {stage: fixed}\n", { stage: "prod" }).project.config.stage).toBe("prod");
  });

  test("are dev and us-west-2 where nobody says anything, even for a stage that asks for itself", () => {
    expect(resolve("custom: {}\n").project.config).toMatchObject({ stage: "dev", region: "us-west-2" });
    const { project, problems } = resolve("provider: {stage: '${opt:stage}'}\n");
    expect([project.config.stage, problems]).toEqual(["dev", []]);
  });

  test("param looks at the stage's parameters first, then at the default ones", () => {
    const { custom } = resolve(yaml`
      params: {default: {a: 1, b: 2}, dev: {b: 3}}
      custom: {a: '\${param:a}', b: '\${param:b}', c: '\${param:c, 4}'}
    `);
    expect(custom).toEqual({ a: 1, b: 3, c: 4 });
  });
});

describe("file", () => {
  test("reads YAML and JSON as values and anything else as text, with variables inside", () => {
    const { custom, problems } = resolve(
      yaml`
        custom:
          all: \${file(./conf/\${sls:stage}.yml)}
          one: \${file(./conf/dev.yml):deep.key}
          json: \${file(conf/data.json):list.0}
          text: \${file(./conf/note.txt)}
          missing: \${file(./conf/none.yml):a, 'default'}
      `,
      {},
      {
        "conf/dev.yml": "deep: {key: '${self:service}!'}\n",
        "conf/data.json": '{"list": [7]}',
        "conf/note.txt": "hello",
      },
    );
    expect(problems).toEqual([]);
    expect(custom).toEqual({
      all: { deep: { key: "demo!" } },
      one: "demo!",
      json: 7,
      text: "hello",
      missing: "default",
    });
  });

  test("problems inside a file name that file", () => {
    const { problems } = resolve("custom: ${file(./a.yml)}\n", {}, { "a.yml": "x: 1\ny: ${self:nothing}\nx: 2\n" });
    expect(problems).toEqual([
      "a.yml:3:1 duplicate-key: x stands here for the second time: the first is in line 1 [Leave one of them out, or give it another name.]",
      "a.yml:2:4 unresolved-variable: ${self:nothing} cannot be resolved: there is no nothing [There are: custom, provider, service.]",
    ]);
  });

  test("files that ask each other are a circle", () => {
    const { problems } = resolve(
      "custom: ${file(./a.yml):x}\n",
      {},
      { "a.yml": "x: ${file(./b.yml):x}\n", "b.yml": "x: ${file(./a.yml):x}\n" },
    );
    expect(problems).toEqual([
      "a.yml:1:4 circular-variable: ${file(./b.yml):x} goes round in a circle: a.yml:x → b.yml:x → a.yml:x",
    ]);
  });

  test.each(["../secret.yml", "/etc/hostname", "~/secret", "link.yml"])("%s outside the project is refused", (name) => {
    const outside = writeFolder({ "secret.yml": "a: 1" });
    const root = writeFolder({ "cirrus.yml": `service: demo\ncustom: $\{file(${name}), 'x'}\n` });
    symlinkSync(join(outside, "secret.yml"), join(root, "link.yml"));
    expect(show(readAt(root).problems)).toEqual([
      `cirrus.yml:2:9 outside-project: $\{file(${name}), 'x'} cannot be resolved: The file ${name} lies outside the project ` +
        "[Only files inside the project's folder are read, and links are followed.]",
    ]);
  });

  test("a program is not run", () => {
    expect(resolve("custom: ${file(./a.js)}\n", {}, { "a.js": "process.exit()" }).problems).toEqual([
      expect.stringContaining(
        "a.js is a program, which is never run here [Write the values into a YAML or JSON file.]",
      ),
    ]);
  });
});

describe("what stays as it is", () => {
  test("CloudFormation's own variables, templates of paths, and what only a deployment knows", () => {
    const text = {
      sub: "${AWS::Region}-${Bucket}-${Bucket.Arn}",
      path: "${collection}/${year}",
      parameter: "${ssm:/demo/${self:service}/key}",
      export: "x-${cf:stack.output}",
    };
    const { custom, problems } = resolve(`custom: ${JSON.stringify(text)}\n`);
    expect(problems).toEqual([]);
    expect(custom).toEqual(text);
  });

  test("the value of an environment variable, whatever is in it", () => {
    const value = "${self:custom}";
    expect(resolve("custom: {a: '${env:A}'}\n", { env: { A: value } }).custom).toEqual({ a: value });
  });
});

describe("malformed variables", () => {
  test.each([
    ["${self:custom.a", "is not closed"],
    ["${opt:a, 'x}", "A quote"],
    ["${opt:a, bare}", "no source and no value"],
    ["${slef:a}", "there is no source called slef [Did you mean self?]"],
    ["${self:}", "self needs a name"],
    ["${sls:instance}", "sls knows only the stage"],
    [`${"${self:".repeat(30)}a${"}".repeat(30)}`, "inside each other"],
  ])("%s is a problem at its place", (text, message) => {
    const { problems } = resolve(`custom:\n  a: ${JSON.stringify(text)}\n`);
    expect(problems).toEqual([expect.stringMatching(/^cirrus\.yml:3:6 bad-variable: /)]);
    expect(problems[0]).toContain(message);
  });
});

describe("properties", () => {
  const letters = fc.constantFrom("a", "b", "c", "d", "e");
  const address = letters.map((letter) => `custom.${letter}`);
  const variable = fc.letrec<{ variable: string }>((tie) => ({
    variable: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      address.map((to) => `$\{self:${to}}`),
      fc.tuple(address, tie("variable")).map(([to, other]) => `$\{self:${to}, ${other}}`),
      fc.tuple(letters, tie("variable")).map(([key, other]) => `$\{self:custom.${key}.${other}}`),
      fc.tuple(tie("variable"), tie("variable")).map(([one, other]) => `$\{opt:x, '${one}${other}'}`),
    ),
  })).variable;
  const value = fc.oneof(
    fc.constant("end"),
    variable,
    fc.array(variable, { maxLength: 3 }),
    fc.dictionary(letters, variable),
  );

  test("resolving ends, whatever refers to whatever, and says the same when it is done again", () => {
    fc.assert(
      fc.property(fc.dictionary(letters, value), (custom) => {
        const root = writeFolder({ "cirrus.yml": `service: demo\ncustom: ${JSON.stringify(custom)}\n` });
        const builtIns = writeFolder({});
        const [first, second] = [readAt(root, { builtIns }), readAt(root, { builtIns })];
        expect(JSON.stringify(first.project.config)).toBe(JSON.stringify(second.project.config));
        expect(first.problems).toEqual(second.problems);
      }),
      { numRuns: 200 },
    );
  });

  test("the parser reads any text, and keeps what is no variable", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."${}():,'\" ab.1") }), (text) => {
        const parsed = parseVariables(text);
        if ("wrong" in parsed) {
          expect(parsed.at).toBeLessThan(text.length);
          return;
        }
        const written = parsed.template.map((part) => (typeof part === "string" ? part : part.text)).join("");
        expect(written).toBe(text);
      }),
    );
  });
});
