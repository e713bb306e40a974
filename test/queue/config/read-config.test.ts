import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { locate, ProblemsError } from "../../../src/errors.ts";
import { type BulkConfig, readBulkConfig } from "../../../src/queue/config/read-config.ts";
import { resolveSettings } from "../../../src/queue/config/resolve-settings.ts";
import { temporaryFolder } from "../../embedded/temporary-folder.ts";

function folderWith(text: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "conf"));
  for (const [name, content] of Object.entries({ "myconfig.yml": text, ...files }))
    writeFileSync(join(folder, "conf", name), content);
  return folder;
}

function read(text: string, files: Readonly<Record<string, string>> = {}): BulkConfig {
  return readBulkConfig("conf/myconfig.yml", folderWith(text, files));
}

function problemsOf(text: string): readonly string[] {
  try {
    read(text);
  } catch (thrown) {
    if (thrown instanceof ProblemsError)
      return thrown.problems.map((one) => `${locate(one)} ${one.message}${one.hint ? ` [${one.hint}]` : ""}`);
    throw thrown;
  }
  return [];
}

const QUICK_START = `provider: gcp
gcp:
  job_id: my-processing-job
  startup_script_file: startup_script.sh
  max-instances: 5
  max-cpu: 8
  min-memory-per-cpu: 4  # GB
  max-total-price-per-hour: 1.00  # USD/hour
  instance-types: "n2-"
`;

describe("a configuration file", () => {
  test("of the quick start is read as it is: hyphens and underscores, the script beside the file", () => {
    const folder = folderWith(QUICK_START, { "startup_script.sh": "echo hello\n" });
    const { provider, sections } = readBulkConfig("conf/myconfig.yml", folder);
    expect(provider).toBe("gcp");
    expect(sections.gcp.values).toEqual({
      jobId: "my-processing-job",
      startupScriptFile: join(folder, "conf/startup_script.sh"),
      maxInstances: 5,
      maxCpu: 8,
      minMemoryPerCpu: 4,
      maxTotalPricePerHour: 1,
      instanceTypes: ["n2-"],
    });
    expect(sections.gcp.places.get("maxCpu")).toBe("conf/myconfig.yml:6");
  });

  test("knows every key of the original system", () => {
    const { sections } = read(`run:
  architecture: X86_64
  cpu_family: Intel
  min_cpu_rank: 1
  max_cpu_rank: 20
  instance_types: [m7, "c6 c7"]
  min_cpu: 2
  max_cpu: 8
  min_total_memory: 4
  max_total_memory: 64
  min_memory_per_cpu: 2
  max_memory_per_cpu: 8
  min_memory_per_task: 1
  max_memory_per_task: 4
  min_local_ssd: 0
  max_local_ssd: 100
  local_ssd_base_size: 0
  min_local_ssd_per_cpu: 0
  max_local_ssd_per_cpu: 10
  min_local_ssd_per_task: 0
  max_local_ssd_per_task: 10
  boot_disk_types: [gp3]
  boot_disk_iops: 3000
  boot_disk_throughput: 125
  total_boot_disk_size: 40
  boot_disk_base_size: 10
  boot_disk_per_cpu: 1
  boot_disk_per_task: 1
  use_spot: true
  min_instances: 0
  max_instances: 10
  min_total_cpus: 1
  max_total_cpus: 100
  cpus_per_task: 1
  min_tasks_per_instance: 1
  max_tasks_per_instance: 8
  min_simultaneous_tasks: 1
  max_simultaneous_tasks: 80
  min_total_price_per_hour: 0
  max_total_price_per_hour: 10
  startup_script: |
    apt-get update -y
  image: ubuntu
  scaling_check_interval: 60
  instance_termination_delay: 60
  max_runtime: 3600
  max_memory_allowed_per_task: 2
  keepalive_interval: 60
  keepalive_startup_timeout: 600
  keepalive_timeout: 300
  retry_on_exit: true
  retry_on_exception: false
  retry_on_timeout: 2
  db_file: my.db
aws:
  job_id: my-job
  queue_name: my-queue
  region: us-west-2
  zone: us-west-2a
  exactly_once_queue: false
gcp:
  project_id: my-project
  credentials_file: credentials.json
  service_account: me@example.org
local:
`);
    expect(sections.run.values).toMatchObject({
      architecture: "x86_64",
      instanceTypes: ["m7", "c6", "c7"],
      useSpot: true,
      retryOnTimeout: 2,
    });
    expect(sections.aws.values).toMatchObject({ jobId: "my-job", zone: "us-west-2a", exactlyOnceQueue: false });
    expect(sections.gcp.values).toMatchObject({ projectId: "my-project" });
  });

  test("tells everything that is wrong with it at once, with lines and the nearest key", () => {
    expect(
      problemsOf(`provider: azure
run:
  max-instnces: 5
  max_runtime: soon
aws:
  max_cpu: 0
  max-cpu: 8
local: [1]
pools: {}
`),
    ).toEqual([
      "conf/myconfig.yml:1:11 $.provider provider: expected aws or local",
      "conf/myconfig.yml:3:3 $.run.max-instnces Unknown key max-instnces [Did you mean max_instances?]",
      "conf/myconfig.yml:4:16 $.run.max_runtime max_runtime: expected number, received string",
      "conf/myconfig.yml:6:12 $.aws.max_cpu max_cpu: expected a number above 0",
      "conf/myconfig.yml:7:3 aws.max-cpu is there twice: as max_cpu and as max-cpu",
      "conf/myconfig.yml:8:8 local: expected keys and values",
      "conf/myconfig.yml:9:1 $.pools Unknown key pools [There are: aws, gcp, local, provider, run.]",
    ]);
  });

  test("refuses secrets and says where they belong", () => {
    const [problem, ...others] = problemsOf("provider: aws\naws:\n  job_id: my-job\n  secret-key: abc\n");
    expect(others).toEqual([]);
    expect(problem).toContain("conf/myconfig.yml:4:3 aws.secret-key is a secret");
    expect(problem).toContain("--profile or AWS_PROFILE");
    expect(problem).not.toContain("abc");
  });

  test("and its startup script have to be there", () => {
    expect(problemsOf("run:\n  startup_script_file: missing.sh\n")[0]).toMatch(
      /^conf\/myconfig\.yml:2:24 .*missing\.sh does not exist/,
    );
    expect(() => readBulkConfig("other.yml", temporaryFolder())).toThrow(expect.objectContaining({ exitCode: 5 }));
  });
});

describe("what holds", () => {
  const config = () =>
    read(`provider: aws
run:
  max_runtime: 100
  max_instances: 3
  cpus_per_task: 2
  db_file: my.db
aws:
  max_runtime: 200
local:
  max_runtime: 300
`);

  test("options come before the provider's section, that before run, and that before the task", () => {
    const { settings, origins, notes } = resolveSettings({
      options: { cpusPerTask: 4 },
      config: config(),
      provider: "aws",
      task: { settings: { maxRuntime: 5, retryOnExit: 2 }, file: "tasks/a/definition.yml" },
    });
    expect(settings).toEqual({ maxRuntime: 200, maxInstances: 3, cpusPerTask: 4, retryOnExit: 2, dbFile: "my.db" });
    expect(Object.fromEntries(origins)).toEqual({
      maxRuntime: "conf/myconfig.yml:8",
      maxInstances: "conf/myconfig.yml:4",
      cpusPerTask: "--cpus-per-task",
      retryOnExit: "tasks/a/definition.yml",
      dbFile: "conf/myconfig.yml:6",
    });
    expect(notes).toContain("cpus-per-task is taken from --cpus-per-task, and not from conf/myconfig.yml:5.");
    expect(notes.join("\n")).toContain("db-file (conf/myconfig.yml:6) has no effect");
  });

  test("another provider's section says nothing", () => {
    const { settings } = resolveSettings({ options: {}, config: config(), provider: "local", task: undefined });
    expect(settings.maxRuntime).toBe(300);
  });

  test("a least that is above its most is refused wherever the two come from", () => {
    const sources = { config: config(), provider: "aws" as const, task: undefined };
    expect(() => resolveSettings({ ...sources, options: { minInstances: 5 } })).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ message: "min-instances 5 is more than max-instances 3" })],
      }),
    );
  });
});
