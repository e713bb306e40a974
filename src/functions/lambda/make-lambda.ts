/** What every built-in function has around it as a Lambda: structured logs, metrics, its ports and its deadline. */
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import middy, { type MiddyfiedHandler } from "@middy/core";
import type { Context } from "aws-lambda";
import { readEnvironment } from "../../env.ts";
import type { Log } from "../../log.ts";
import { once } from "../../once.ts";

export interface Invocation<Ports> {
  readonly ports: Ports;
  readonly log: Log;
  /** Aborted while there is still time to say what was left undone. */
  readonly deadline: AbortSignal;
  /** Until Lambda ends the invocation. */
  remainingMs(): number;
  /** Adds to a metric of this name. */
  count(metric: string, value: number): void;
  /** One measurement with dimensions of its own, such as the task that it is of. */
  measure(measurement: Measurement): void;
}

export interface Measurement {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly durations: Readonly<Record<string, number>>;
}

/** Makes the ports of a container. */
export type MakePorts<Ports> = (log: Log) => Promise<Ports>;

/** Where the metrics are found; the dimension `service` is the stack. */
const NAMESPACE = "Cirrus";

/** Milliseconds in which marks and events are written and the answer is sent. */
const KEPT_BACK_MS = 4_000;

export function makeLambda<Event, Result, Ports>(
  makePorts: MakePorts<Ports>,
  run: (event: Event, invocation: Invocation<Ports>) => Promise<Result>,
): MiddyfiedHandler<Event, Result> {
  const logger = makeLogger();
  const metrics = new Metrics({ namespace: NAMESPACE });
  const log = logOf(logger);
  // Made again where that failed: a container must not be of no use for hours because of one bad moment.
  const ready = once(() => makePorts(log));
  // While the container is made there is more of a processor than later. What is wrong is said by the first invocation.
  ready().catch(() => {});

  return middy<Event, Result>(async (event: Event, context: Context) => {
    const time = context.getRemainingTimeInMillis() - KEPT_BACK_MS;
    const deadline = time > 0 ? AbortSignal.timeout(time) : AbortSignal.abort();
    const count = (metric: string, value: number): void => void metrics.addMetric(metric, MetricUnit.Count, value);
    const measure = (measurement: Measurement): void => publishMeasurement(metrics, measurement);
    try {
      const remainingMs = (): number => context.getRemainingTimeInMillis();
      return await run(event, { ports: await ready(), log, deadline, remainingMs, count, measure });
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  }).use(injectLambdaContext(logger));
}

/** Each in a document of its own (embedded metric format), as dimensions belong to all metrics of one. */
function publishMeasurement(metrics: Metrics, { dimensions, counts, durations }: Measurement): void {
  const publish = (name: string, unit: Parameters<Metrics["addMetric"]>[1], value: number): void => {
    const single = metrics.singleMetric();
    single.addDimensions({ ...dimensions });
    single.addMetric(name, unit, value);
  };
  for (const [name, value] of Object.entries(counts)) publish(name, MetricUnit.Count, value);
  for (const [name, value] of Object.entries(durations)) publish(name, MetricUnit.Milliseconds, value);
}

function makeLogger(): Logger {
  const { CIRRUS_LOG_LEVEL: level } = readEnvironment();
  const known = (["DEBUG", "INFO", "WARN", "ERROR"] as const).find((name) => name === level?.toUpperCase());
  return new Logger({ logLevel: known ?? "INFO" });
}

function logOf(logger: Logger): Log {
  return {
    debug: (message, fields = {}) => logger.debug(message, { ...fields }),
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    warn: (message, fields = {}) => logger.warn(message, { ...fields }),
    error: (message, fields = {}) => logger.error(message, { ...fields }),
  };
}
