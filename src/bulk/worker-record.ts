/** A worker: the process on some machine that takes entries of a run and runs each as a process of its own. */

/** What is known of the machine; everything is optional, since one's own has no price. */
export interface HostFacts {
  readonly host: string;
  /** `local` or `aws` */
  readonly provider: string;
  /** `m7g.xlarge` */
  readonly instanceType?: string | undefined;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly localDiskBytes?: number | undefined;
  readonly bootDiskBytes?: number | undefined;
  readonly spot: boolean;
  /** USD an hour for what this worker uses of it. */
  readonly pricePerHour?: number | undefined;
  readonly zone?: string | undefined;
}

export interface WorkerRecord extends HostFacts {
  readonly run: string;
  /** Unique among all workers of the run. */
  readonly worker: string;
  /** How many tasks it runs at a time. */
  readonly slots: number;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly seenAt: string;
  readonly endedAt?: string | undefined;
  /** Why it ended: `the queue is empty`, `spot notice`, `stopped`. */
  readonly reason?: string | undefined;
  /** ISO 8601, when it was told that its machine is taken away. */
  readonly noticeAt?: string | undefined;
  /** On one machine: the process and what tells it from a later one with the same number. */
  readonly process?: { readonly pid: number; readonly identity: string } | undefined;
}
