/** A project as it was read: every definition with its variables replaced and its references to resources still open. */
import type { JsonObject } from "../json.ts";
import type { Path } from "../yaml/json-path.ts";
import type { Position } from "../yaml/read-yaml.ts";

export interface Project {
  /** Absolute. */
  readonly root: string;
  readonly config: Config;
  readonly tasks: ReadonlyMap<string, Component>;
  readonly feeders: ReadonlyMap<string, Component>;
  readonly functions: ReadonlyMap<string, Component>;
  readonly workflows: ReadonlyMap<string, Workflow>;
  readonly resources: Resources;
  /** Whether a name that is not there may stand in a file with problems: then nobody can say that it is missing. */
  readonly mayDeclare: (name: string) => boolean;
  /** What a reader of the project should know, such as `tasks/publish replaces the built-in task publish`. */
  readonly notices: readonly string[];
}

/** Built-in parts come with the package, the others are the project's own. */
export type Source = "built-in" | "project";

/** The file that a part was written in, for problems that are found later. */
export interface Written {
  /** Absolute. */
  readonly file: string;
  /** The file as problems name it: relative to the project's root. */
  readonly shown: string;
  /** Where a value stands, by its path in the file; the nearest value around it where it comes from elsewhere. */
  readonly locate: (path: Path, part?: "key" | "value") => Position | undefined;
}

/** cirrus.yml: the Serverless Framework's own keys and a `cirrus` section. */
export interface Config extends Written {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** `<service>-<stage>` */
  readonly stackName: string;
  /** `provider.environment`; a value is a text or an intrinsic function. */
  readonly environment: Environment;
  readonly provider: JsonObject;
  readonly custom: JsonObject;
  readonly cirrus: CirrusSection;
  /** All sections. */
  readonly sections: JsonObject;
}

export interface CirrusSection {
  /** `s3://bucket` or `s3://bucket/prefix`: where payloads may be read from besides the project's own buckets. */
  readonly payloadUrls: readonly string[];
  readonly local: {
    /** How many Batch jobs of one queue run at a time on one machine. */
    readonly concurrentJobs?: number | undefined;
  };
}

/** Values as texts, or as intrinsic functions still to be resolved. */
export type Environment = Readonly<Record<string, string | JsonObject>>;

export type Kind = "task" | "feeder" | "function";

/** A task, feeder or function. */
export interface Component extends Written {
  /** The folder's name. */
  readonly name: string;
  readonly kind: Kind;
  /** Absolute. */
  readonly directory: string;
  /** The component whose code it runs, where that is not its own. */
  readonly uses?: string | undefined;
  /** Where its code lies, absolute: its own folder, or that of the component it uses. */
  readonly codeDirectory: string;
  readonly source: Source;
  readonly description: string | undefined;
  readonly enabled: boolean;
  readonly environment: Environment;
  readonly lambda?: LambdaPart | undefined;
  readonly batch?: BatchPart | undefined;
  readonly bulk?: BulkPart | undefined;
}

export interface LambdaPart {
  /** False as well where the whole component is disabled. */
  readonly enabled: boolean;
  readonly handler: string;
  /** The module of the handler, absolute; undefined for one that runs from a container image. */
  readonly handlerFile: string | undefined;
  readonly image: string | JsonObject | undefined;
  /** MB */
  readonly memorySize: number;
  /** Seconds */
  readonly timeout: number;
  readonly environment: Environment;
  /** The section as written, for the deployment. */
  readonly settings: JsonObject;
}

export interface BatchPart {
  /** False as well where the whole component is disabled. */
  readonly enabled: boolean;
  /** Sections of a CloudFormation template. */
  readonly resources: JsonObject;
}

/** What a bulk run of the task runs, and how, unless the command line says otherwise. */
export interface BulkPart {
  /** False as well where the whole component is disabled. */
  readonly enabled: boolean;
  readonly handler: string;
  /** The module of the handler, absolute; undefined where a command runs instead. */
  readonly handlerFile: string | undefined;
  /** Program and arguments, started in the task's folder. */
  readonly command: readonly string[] | undefined;
  readonly settings: BulkSettings;
}

/** How often an attempt is tried again because of a cause; true for the usual number. */
export type RetrySetting = boolean | number;

/** The options of `cirrus bulk run` of the same names. */
export interface BulkSettings {
  /** Seconds */
  readonly maxRuntime?: number | undefined;
  /** GB */
  readonly maxMemoryAllowedPerTask?: number | undefined;
  readonly cpusPerTask?: number | undefined;
  /** Seconds */
  readonly shutdownGracePeriod?: number | undefined;
  readonly numSimultaneousTasks?: number | undefined;
  readonly retryOnExit?: RetrySetting | undefined;
  readonly retryOnException?: RetrySetting | undefined;
  readonly retryOnTimeout?: RetrySetting | undefined;
  readonly retryOnMemory?: RetrySetting | undefined;
  readonly retryOnRequest?: RetrySetting | undefined;
  readonly retryOnSpot?: RetrySetting | undefined;
  /** Seconds before the first retry. */
  readonly retryDelay?: number | undefined;
}

export interface Workflow extends Written {
  /** The folder's name. */
  readonly name: string;
  readonly directory: string;
  readonly source: Source;
  readonly description: string | undefined;
  readonly enabled: boolean;
  /** `<service>-<stage>-<name>` */
  readonly stateMachineName: string;
  /** Amazon States Language; references are intrinsic functions. */
  readonly definition: JsonObject;
  /** The whole file's value, for the deployment. */
  readonly settings: JsonObject;
}

export const SECTIONS = ["Resources", "Outputs", "Conditions", "Mappings", "Parameters", "Rules", "Metadata"] as const;
export type Section = (typeof SECTIONS)[number];

/** The sections of the CloudFormation template, by logical ID, and the macros that transform it. */
export type Resources = Readonly<Record<Section, ReadonlyMap<string, Declared>>> & {
  readonly Transform: readonly string[];
};

/** One entry of a section. */
export interface Declared extends Written {
  readonly logicalId: string;
  readonly definition: JsonObject;
  readonly source: Source;
  /** The task whose `batch.resources` declares it. */
  readonly task: string | undefined;
  /** The folder of that task, else the root of the project or package. */
  readonly directory: string;
  /** Where its definition stands in the file. */
  readonly path: Path;
}
