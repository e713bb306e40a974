/** The examples that the loops were asked for with, word by word. */
import { expect, test } from "vitest";
import { readTaskFile } from "../../../src/loop/registry/task-file.ts";

const ONE_TASK = `codops: default
tasks:
  tf_task:
    notebook: tensorflow_demo.ipynb
    method: train_model
dependencies:
  - tensorflow==2.0.0-alpha0
`;

const OWN_DEPENDENCIES = `codops: default
tasks:
  tf_task:
    notebook: tensorflow_demo.ipynb
    method: train_model
  dependencies:
    - tensorflow==2.0.0-alpha0
`;

const WITH_ARGUMENTS = `tasks:
  dependencies:
    - orjson==3.3.1
    - pyarrow

  related_publications_labse:
    executor: python
    notebook: notebooks/zzebu/techebu/related_publication_labse.ipynb
    method: task
    args:
      user: f57246b6-1848-4b1a-a8a2-d8469a050025
      item_id: 35421
      message: "used for testing only"
      my_dict:
        item1: 'message'
        second_dict:
          sub_item1: 8734
          sub_item2:
            - 'test'
            - 23.45

  no_args:
    executor: python
    notebook: notebooks/zzebu/techebu/related_publication_labse.ipynb
    method: task
`;

const METADATA = `codops: default
tasks:
  tf_task:
    loop: metadata
    executor: python
    notebook: articles_fetch.ipynb
    method: fetch_from_api
`;

function read(yaml: string) {
  return readTaskFile(Buffer.from(yaml), "peach.conf/tf.yaml", "/repository");
}

test("P21: the first example registers one task in its organisation's loop", () => {
  const { problems, codops, tasks, requirements } = read(ONE_TASK);
  expect(problems).toEqual([]);
  expect(codops).toBe("default");
  expect(tasks).toEqual([
    {
      codops: "default",
      name: "tf_task",
      loop: "default",
      work: { kind: "notebook", notebook: "tensorflow_demo.ipynb", method: "train_model", fullNotebook: false },
      args: {},
      settings: { timeoutSeconds: 3600, priority: 0, retry: { attempts: 0, delaySeconds: 0 } },
      written: { repository: "/repository", file: "peach.conf/tf.yaml", line: 3 },
    },
  ]);
  expect(requirements).toEqual([
    { text: "tensorflow==2.0.0-alpha0", repository: "/repository", file: "peach.conf/tf.yaml", line: 7 },
  ]);
});

test("P23: the same with the list under tasks has the same task and the same requirement", () => {
  const { problems, tasks, requirements } = read(OWN_DEPENDENCIES);
  expect(problems).toEqual([]);
  expect(tasks.map(({ name }) => name)).toEqual(["tf_task"]);
  expect(requirements.map(({ text, line }) => [text, line])).toEqual([["tensorflow==2.0.0-alpha0", 7]]);
});

test("P25: arguments keep the types that YAML gives them, however deep they lie", () => {
  const { problems, tasks, requirements } = read(`codops: zzebu\n${WITH_ARGUMENTS}`);
  expect(problems).toEqual([]);
  expect(tasks[0]?.args).toStrictEqual({
    user: "f57246b6-1848-4b1a-a8a2-d8469a050025",
    item_id: 35421,
    message: "used for testing only",
    my_dict: { item1: "message", second_dict: { sub_item1: 8734, sub_item2: ["test", 23.45] } },
  });
  expect(requirements.map(({ text }) => text)).toEqual(["orjson==3.3.1", "pyarrow"]);
});

test("P26: one notebook and function serve two tasks, with arguments and without", () => {
  const { tasks } = read(`codops: zzebu\n${WITH_ARGUMENTS}`);
  expect(tasks.map(({ name }) => name)).toEqual(["related_publications_labse", "no_args"]);
  expect(tasks[0]?.work).toEqual(tasks[1]?.work);
  expect(tasks[1]?.args).toEqual({});
});

test("P20: the fragment alone says that codops is missing, and where to write it", () => {
  const { problems, tasks } = read(WITH_ARGUMENTS);
  expect(tasks).toEqual([]);
  expect(problems).toEqual([
    expect.objectContaining({
      severity: "error",
      code: "missing-key",
      file: "peach.conf/tf.yaml",
      line: 1,
      column: 1,
      path: "$.codops",
      message: "codops is missing: nobody can say which organisation the tasks belong to",
      hint: "Write the organisation's code at the top of the file, such as codops: debr.",
    }),
  ]);
});

test("P4: loop: metadata puts a task into the shared loop, with five minutes", () => {
  const { problems, tasks } = read(METADATA);
  expect(problems).toEqual([]);
  expect(tasks[0]).toMatchObject({ codops: "default", loop: "metadata", settings: { timeoutSeconds: 300 } });
});
