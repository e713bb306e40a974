/** Batch and launch templates in memory, as strict about their order as AWS, and slow: what is made is VALID a few looks later. */
import type { BatchPools } from "../../../src/aws/services/batch-pools.ts";
import type { LaunchTemplates } from "../../../src/aws/services/launch-templates.ts";
import { TransientError } from "../../../src/errors.ts";

type Input<Call> = Call extends (input: infer I) => unknown ? I : never;

interface Made {
  name: string;
  status: "CREATING" | "VALID" | "UPDATING" | "DELETING";
  state: "ENABLED" | "DISABLED";
  /** Looks until it is settled. */
  looks: number;
}

export interface FakeJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly size?: number | undefined;
  status: "RUNNABLE" | "RUNNING" | "SUCCEEDED" | "FAILED";
  /** What Batch says of the child whose turn it is. */
  waitsFor?: string;
}

const LOOKS = 2;
/** Longer, so that nothing works because both happen to take as long. */
const QUEUE_LOOKS = 7;

export interface FakeOptions {
  readonly fails?: () => boolean;
  /** Instance types that there are none of. */
  readonly refuses?: readonly string[];
  /** A kind of disk that there is none of. */
  readonly refusesDisk?: string;
}

export function makeFakeBatch({ fails = () => false, refuses = [], refusesDisk }: FakeOptions = {}) {
  const environments = new Map<string, Made & { input: Input<BatchPools["createComputeEnvironment"]> }>();
  const queues = new Map<string, Made & { environments: readonly string[] }>();
  const definitions = new Map<string, { input: Input<BatchPools["registerJobDefinition"]>; active: boolean }>();
  const templates = new Map<string, Input<LaunchTemplates["createLaunchTemplate"]>>();
  const jobs: FakeJob[] = [];
  let calls = 0;

  /** Throttled before it has an effect, or its answer is lost. */
  async function call<T>(effect: () => T): Promise<T> {
    calls += 1;
    if (fails()) throw new TransientError("throttled");
    const answer = effect();
    if (fails()) throw new TransientError("no answer");
    return answer;
  }

  function refuse(message: string): never {
    throw Object.assign(new Error(message), { name: "ClientException" });
  }

  function look<M extends Made>(all: Map<string, M>, names: readonly string[] = []): M[] {
    const found = [...all.values()].filter(({ name }) => names.includes(name));
    for (const made of found) {
      made.looks -= 1;
      if (made.looks > 0) continue;
      if (made.status === "DELETING") all.delete(made.name);
      else made.status = "VALID";
    }
    return found;
  }

  function settled<M extends Made>(all: Map<string, M>, name: string): M {
    const made = all.get(name) ?? refuse(`${name} does not exist`);
    if (made.status !== "VALID") refuse(`${name}, resource is being modified`);
    return made;
  }

  function setState(all: Map<string, Made>, name: string, state: Made["state"]): void {
    Object.assign(settled(all, name), { state, status: "UPDATING", looks: LOOKS });
  }

  const batch = {
    createComputeEnvironment: (input: Input<BatchPools["createComputeEnvironment"]>) =>
      call(() => {
        const name = input.computeEnvironmentName ?? "";
        if (environments.has(name)) refuse("Object already exists");
        for (const type of input.computeResources?.instanceTypes ?? []) {
          if (refuses.includes(type)) refuse(`no instance type ${type}`);
        }
        if (!templates.has(input.computeResources?.launchTemplate?.launchTemplateName ?? ""))
          refuse("no such template");
        environments.set(name, { name, status: "CREATING", state: "ENABLED", looks: LOOKS, input });
      }),
    describeComputeEnvironments: ({ computeEnvironments }: { computeEnvironments?: string[] }) =>
      call(() => ({
        computeEnvironments: look(environments, computeEnvironments).map(({ name, status, state, input }) => ({
          ...{ computeEnvironmentName: name, status, state, computeResources: input.computeResources },
        })),
      })),
    setComputeEnvironmentState: (name: string, state: Made["state"]) => call(() => setState(environments, name, state)),
    setMostCpus: (name: string, maxvCpus: number) =>
      call(() => {
        const made = settled(environments, name);
        const { input } = made;
        // What creation required is there.
        Object.assign(made, { status: "UPDATING", looks: LOOKS });
        made.input = {
          ...input,
          computeResources: { ...input.computeResources, maxvCpus } as typeof input.computeResources,
        };
      }),
    deleteComputeEnvironment: (name: string) =>
      call(() => {
        if (settled(environments, name).state !== "DISABLED") refuse("resource is not DISABLED");
        if ([...queues.values()].some((queue) => queue.environments.includes(name))) refuse("JobQueue relationship");
        Object.assign(settled(environments, name), { status: "DELETING", looks: LOOKS });
      }),
    createJobQueue: (input: Input<BatchPools["createJobQueue"]>) =>
      call(() => {
        const name = input.jobQueueName ?? "";
        if (queues.has(name)) refuse("Object already exists");
        const names = (input.computeEnvironmentOrder ?? []).map(({ computeEnvironment = "" }) => computeEnvironment);
        for (const one of names) settled(environments, one);
        queues.set(name, { name, status: "CREATING", state: "ENABLED", looks: QUEUE_LOOKS, environments: names });
      }),
    describeJobQueues: ({ jobQueues }: { jobQueues?: string[] }) =>
      call(() => ({
        jobQueues: look(queues, jobQueues).map(({ name, status, state }) => ({ jobQueueName: name, status, state })),
      })),
    setJobQueueState: (name: string, state: Made["state"]) => call(() => setState(queues, name, state)),
    deleteJobQueue: (name: string) =>
      call(() => {
        if (settled(queues, name).state !== "DISABLED") refuse("found existing JobQueue in state ENABLED");
        Object.assign(settled(queues, name), { status: "DELETING", looks: QUEUE_LOOKS });
      }),
    registerJobDefinition: (input: Input<BatchPools["registerJobDefinition"]>) =>
      call(() => {
        definitions.set(`${input.jobDefinitionName}:${definitions.size + 1}`, { input, active: true });
      }),
    describeJobDefinitions: () =>
      call(() => ({
        jobDefinitions: [...definitions]
          .filter(([, { active }]) => active)
          .map(([jobDefinitionArn]) => ({ jobDefinitionArn })),
      })),
    deregisterJobDefinition: (arn: string) =>
      call(() => {
        const found = definitions.get(arn);
        if (found) found.active = false;
      }),
    submitJob: (input: Input<BatchPools["submitJob"]>) =>
      call(() => {
        if (settled(queues, input.jobQueue ?? "").state !== "ENABLED") refuse("the queue is disabled");
        const { jobName = "", arrayProperties } = input;
        jobs.push({ jobId: `job-${jobs.length}`, jobName, size: arrayProperties?.size, status: "RUNNABLE" });
      }),
    listJobs: ({ filters = [], arrayJobId, jobStatus }: Input<BatchPools["listJobs"]>) =>
      call(() => {
        if (arrayJobId !== undefined) {
          const array = jobs.find(({ jobId, status }) => jobId === arrayJobId && status === jobStatus);
          return { jobSummaryList: array?.waitsFor === undefined ? [] : [{}, { statusReason: array.waitsFor }] };
        }
        const [pattern = ""] = filters[0]?.values ?? [];
        const matches = (name: string) =>
          pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
        return { jobSummaryList: jobs.filter(({ jobName }) => matches(jobName)).map(summary) };
      }),
    describeJobs: ({ jobs: ids = [] }: Input<BatchPools["describeJobs"]>) =>
      call(() => ({ jobs: jobs.filter(({ jobId }) => ids.includes(jobId)).map(summary) })),
    terminateJob: ({ jobId }: Input<BatchPools["terminateJob"]>) =>
      call(() => {
        for (const job of jobs) if (job.jobId === jobId) job.status = "FAILED";
      }),
  };

  function summary({ jobId, jobName, size, status }: FakeJob) {
    return {
      ...{ jobId, jobName, status },
      ...(size !== undefined && { arrayProperties: { size, statusSummary: { [status]: size } } }),
    };
  }

  const launchTemplates = {
    createLaunchTemplate: (input: Input<LaunchTemplates["createLaunchTemplate"]>) =>
      call(() => {
        const name = input.LaunchTemplateName ?? "";
        if (templates.has(name)) {
          throw Object.assign(new Error(), { name: "InvalidLaunchTemplateName.AlreadyExistsException" });
        }
        const [disk] = input.LaunchTemplateData?.BlockDeviceMappings ?? [];
        if (refusesDisk !== undefined && disk?.Ebs?.VolumeType === refusesDisk) {
          throw Object.assign(new Error(`no volume type ${refusesDisk}`), { name: "InvalidParameterValue" });
        }
        templates.set(name, input);
      }),
    describeLaunchTemplates: ({ Filters = [] }: Input<LaunchTemplates["describeLaunchTemplates"]>) =>
      call(() => {
        const tagsOf = (one: Input<LaunchTemplates["createLaunchTemplate"]>) => one.TagSpecifications?.[0]?.Tags ?? [];
        const found = [...templates.values()].filter((one) =>
          Filters.every(({ Name, Values: [value] = [] }) =>
            Name === "launch-template-name"
              ? one.LaunchTemplateName === value
              : tagsOf(one).some(({ Key, Value }) => (Name === "tag-key" ? Key === value : Value === value)),
          ),
        );
        return { LaunchTemplates: found.map((one) => ({ Tags: tagsOf(one), CreateTime: new Date(0) })) };
      }),
    deleteLaunchTemplate: ({ LaunchTemplateName = "" }: Input<LaunchTemplates["deleteLaunchTemplate"]>) =>
      call(() => {
        if (templates.delete(LaunchTemplateName)) return;
        throw Object.assign(new Error(), { name: "InvalidLaunchTemplateName.NotFoundException" });
      }),
  };

  return {
    // The pool calls no more of the services than this.
    batch: batch as unknown as BatchPools,
    launchTemplates: launchTemplates as unknown as LaunchTemplates,
    environments,
    queues,
    templates,
    jobs,
    definitions: () => [...definitions.values()].filter(({ active }) => active).map(({ input }) => input),
    calls: () => calls,
    isEmpty: () =>
      environments.size + queues.size + templates.size === 0 &&
      [...definitions.values()].every(({ active }) => !active),
  };
}
