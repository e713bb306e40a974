import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONSTRAINT_NAMES, type PoolConstraints } from "../../../src/pool/plan/constraints.ts";
import { planPool, type RankedPlan } from "../../../src/pool/plan/plan.ts";
import type { PoolWork } from "../../../src/pool/plan/work.ts";
import { cheapest } from "./brute-force.ts";
import { catalogue, offer } from "./offers.ts";
import { constraints, loosened, work } from "./wishes.ts";

const PENNY = 1e-6;

function plansOf(...[offers, asked, todo]: Parameters<typeof planPool>): readonly RankedPlan[] {
  const planned = planPool(offers, asked, todo);
  return planned.outcome === "planned" ? planned.plans : [];
}

function reasonsOf(...[offers, asked, todo]: Parameters<typeof planPool>): readonly string[] {
  const planned = planPool(offers, asked, todo);
  return planned.outcome === "planned" ? [] : planned.reasons.map(({ message }) => message);
}

describe("the best plan", () => {
  test("is the cheapest that meets everything, as found by trying everything", () => {
    fc.assert(
      fc.property(catalogue, constraints, work, (offers, asked, todo) => {
        const [best] = plansOf(offers, asked, todo);
        const least = cheapest(offers, asked, todo);
        // Without one that meets every minimum, one for all the work that there is.
        if (least === undefined) expect(best?.unmet).not.toEqual([]);
        else expect(Math.abs((best?.expected.cost ?? Number.NaN) - least)).toBeLessThan(PENNY * (1 + least));
      }),
      { numRuns: 2000 },
    );
  });

  test("never becomes dearer when constraints are loosened", () => {
    const names = fc.subarray([...CONSTRAINT_NAMES]);
    fc.assert(
      fc.property(catalogue, constraints, names, work, (offers, asked, which, todo) => {
        const [tight] = plansOf(offers, asked, todo);
        const [loose] = plansOf(offers, loosened(asked, which), todo);
        if (tight === undefined || tight.unmet.length > 0) return;
        expect(loose?.expected.cost).toBeLessThanOrEqual(tight.expected.cost + PENNY);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("every plan", () => {
  test("keeps to every budget and bound, whichever of its types are started", () => {
    fc.assert(
      fc.property(catalogue, constraints, work, (offers, asked, todo) => {
        for (const plan of plansOf(offers, asked, todo)) expect(broken(plan, asked, todo)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test("comes after those that cost less", () => {
    fc.assert(
      fc.property(catalogue, constraints, work, (offers, asked, todo) => {
        const costs = plansOf(offers, asked, todo).map(({ expected }) => expected.cost);
        expect(costs).toEqual(costs.toSorted((a, b) => a - b));
      }),
    );
  });
});

/** What a plan breaks with one of its types; nothing, if all is well. */
function broken(planned: RankedPlan, given: PoolConstraints, todo: PoolWork): string[] {
  const { plan, workers, types, expected, heldBy, unmet } = planned;
  const minima = { minInstances: 0, minSimultaneousTasks: 0, minTotalCpus: 0, minTotalPricePerHour: 0 };
  const asked: PoolConstraints = unmet.length > 0 && heldBy === "entries" ? { ...given, ...minima } : given;
  const { maxInstances = 10, maxTotalPricePerHour = 10, maxTotalCost, onDemandShare = 0 } = asked;
  const { slotsPerWorker: slots } = plan;
  const most = Math.max(...types.map(({ cpus }) => cpus));
  const price = Math.max(...types.map(({ highestPricePerHour }) => highestPricePerHour));
  const onDemand = Math.max(price, ...types.map(({ onDemandPricePerHour }) => onDemandPricePerHour));
  const replaced = plan.spot ? Math.ceil(workers * onDemandShare) : 0;
  const cost = (todo.spent ?? 0) + (todo.secondsPerTask === undefined ? 0 : expected.highestCost) + expected.startCost;
  const rules: Record<string, boolean> = {
    "as many workers as the plan says": workers === plan.maxWorkers && workers >= 1,
    "no more workers than work": workers <= Math.ceil(todo.entries / slots),
    "no more slots than entries, rounded up to one worker": workers * slots < todo.entries + slots,
    instances: workers >= (asked.minInstances ?? 0) && workers <= maxInstances,
    "tasks at a time": workers * slots >= (asked.minSimultaneousTasks ?? 0),
    "tasks at a time at most": workers * slots <= (asked.maxSimultaneousTasks ?? workers * slots),
    vCPUs: types.every(({ cpus }) => workers * cpus >= (asked.minTotalCpus ?? 0)),
    "vCPUs at most": workers * most <= (asked.maxTotalCpus ?? workers * most),
    "price an hour at least": types.every(
      (type) => workers * type.pricePerHour >= (asked.minTotalPricePerHour ?? 0) - PENNY,
    ),
    "price an hour": replaced * onDemand + (workers - replaced) * price <= maxTotalPricePerHour + PENNY,
    cost: cost <= (maxTotalCost ?? cost) + PENNY,
    "an instance a worker": types.every(({ cpus }) => cpus < 2 * plan.cpusPerWorker && cpus >= plan.cpusPerWorker),
    "room for the largest instance": plan.mostCpusPerInstance === Math.max(...types.map(({ cpus }) => cpus)),
    "processors for its tasks": plan.cpusPerWorker >= slots * (asked.cpusPerTask ?? 1),
    "memory for its tasks": plan.memoryPerWorkerMiB >= slots * 1024 * (asked.minMemoryPerTask ?? 0),
    "memory of each type": types.every(({ memoryMiB }) => memoryMiB >= plan.memoryPerWorkerMiB),
    "a price for each type": types.every(({ instanceType }) => (plan.workerPriceByType[instanceType] ?? 0) > 0),
  };
  return Object.keys(rules).filter((name) => rules[name] === false);
}

describe("instance types", () => {
  const several = [
    offer({ instanceType: "m7.large", cpus: 2, pricePerHour: 0.1 }),
    offer({ instanceType: "m6.large", cpus: 2, pricePerHour: 0.114 }),
    offer({ instanceType: "m5.large", cpus: 2, pricePerHour: 0.115 }),
    offer({ instanceType: "r7.large", cpus: 2, pricePerHour: 0.14 }),
  ];
  const todo = { entries: 100, secondsPerTask: 60 };

  test("are all those that cost no more than 15 % more than the cheapest", () => {
    const more = [
      offer({ instanceType: "c7.large", cpus: 2, pricePerHour: 0.101 }),
      offer({ instanceType: "m4.large", cpus: 2, pricePerHour: 0.116 }),
    ];
    const [best] = plansOf([...several, ...more], {}, todo);
    expect(best?.plan.instanceTypes).toEqual(["m7.large", "c7.large", "m6.large", "m5.large"]);
  });

  test("are three at least where there are three, however dear", () => {
    const dear = several.filter(({ instanceType }) => !/^m[65]/.test(instanceType));
    const [best] = plansOf([...dear, offer({ instanceType: "x2.large", cpus: 2, pricePerHour: 0.9 })], {}, todo);
    expect(best?.plan.instanceTypes).toEqual(["m7.large", "r7.large", "x2.large"]);
  });

  test("are fewer where a dearer one would be over the budget", () => {
    const [best] = plansOf(several, { maxTotalPricePerHour: 0.114 }, todo);
    expect(best?.plan.instanceTypes).toEqual(["m7.large", "m6.large"]);
  });

  test("are burstable only where they are named", () => {
    const offers = [...several, offer({ instanceType: "t3.large", cpus: 2, pricePerHour: 0.08 })];
    expect(plansOf(offers, {}, todo)[0]?.plan.instanceTypes).not.toContain("t3.large");
    expect(plansOf(offers, { instanceTypes: ["large"] }, todo)[0]?.plan.instanceTypes[0]).toBe("t3.large");
  });

  test("of another size make another plan", () => {
    const sizes = (pricePerHour: number) =>
      plansOf([...several, offer({ instanceType: "m7.xlarge", cpus: 4, pricePerHour })], {}, todo).map(
        ({ plan }) => plan.slotsPerWorker,
      );
    expect(sizes(0.19)).toEqual([4, 2]);
    expect(sizes(0.21)).toEqual([2, 4]);
    // At the same price that which takes less time.
    expect(sizes(0.2)).toEqual([4, 2]);
  });
});

describe("a worker", () => {
  test("takes as many tasks as its instance has memory for, and no fewer processors than there are", () => {
    const offers = [offer({ instanceType: "m7.2xlarge", cpus: 8, memoryGB: 32, pricePerHour: 0.4 })];
    const [best] = plansOf(offers, { minMemoryPerTask: 10 }, { entries: 9, secondsPerTask: 60 });
    expect(best?.plan).toMatchObject({ slotsPerWorker: 2, cpusPerWorker: 8, maxWorkers: 5 });
    expect(best?.leftOver.cpus).toBe(6);
  });

  test("has the GPUs that each of its types has, and asks for none where there are none", () => {
    const offers = [1, 4].map((gpus) =>
      offer({ instanceType: `g5.${gpus}`, cpus: 4, gpus, pricePerHour: 1 + gpus / 100 }),
    );
    const [best] = plansOf(offers, { minGpus: 1 }, { entries: 9, secondsPerTask: 60 });
    expect(best?.plan).toMatchObject({ instanceTypes: ["g5.1", "g5.4"], gpusPerWorker: 1 });
    const [without] = plansOf([offer({ instanceType: "m7.xlarge", cpus: 4, pricePerHour: 1 })], {}, { entries: 9 });
    expect(without?.plan.gpusPerWorker).toBeUndefined();
  });

  test("keeps some of its memory for itself", () => {
    const offers = [offer({ instanceType: "m7.large", cpus: 2, memoryGB: 8, pricePerHour: 0.1 })];
    const planned = (minMemoryPerTask: number) =>
      planPool(offers, { minMemoryPerTask }, { entries: 9, secondsPerTask: 60 }).outcome;
    expect([7, 7.3].map(planned)).toEqual(["planned", "impossible"]);
  });

  test("asks for no more memory than a small instance has left for it", () => {
    const offers = [offer({ instanceType: "t3.micro", cpus: 2, memoryGB: 1, pricePerHour: 0.01 })];
    const [best] = plansOf(offers, { instanceTypes: ["t3"] }, { entries: 2, secondsPerTask: 60 });
    expect(best?.plan.memoryPerWorkerMiB).toBeLessThan(880);
  });

  test("has no more slots than it needs, but where an instance must have more", () => {
    const offers = [offer({ instanceType: "m7.2xlarge", cpus: 8, pricePerHour: 0.4 })];
    const slots = (asked: PoolConstraints, entries: number) =>
      plansOf(offers, asked, { entries })[0]?.plan.slotsPerWorker;
    // Nine tasks on two workers are five and four.
    expect([slots({}, 3), slots({}, 9), slots({}, 80)]).toEqual([3, 5, 8]);
    expect([slots({ minTasksPerInstance: 5 }, 3), slots({ minSimultaneousTasks: 4 }, 3)]).toEqual([5, 4]);
  });

  test("has memory for the limit that a task is ended at", () => {
    const offers = [offer({ instanceType: "m7.2xlarge", cpus: 8, memoryGB: 32, pricePerHour: 0.4 })];
    const [best] = plansOf(offers, { maxMemoryAllowedPerTask: 7 }, { entries: 80, secondsPerTask: 60 });
    expect(best?.plan.slotsPerWorker).toBe(4);
  });
});

describe("what is handed to the pool", () => {
  const types = [offer({ instanceType: "m7.large", cpus: 2, pricePerHour: 0.1 })];
  const planOf = (asked: PoolConstraints, offers = types) => plansOf(offers, asked, { entries: 5 })[0]?.plan;

  test("tells a container image from an image of machines", () => {
    expect(planOf({ image: "ghcr.io/me/worker:1" })).toMatchObject({ image: "ghcr.io/me/worker:1" });
    expect(planOf({ image: "ghcr.io/me/worker:1" })?.machineImage).toBeUndefined();
    const ami = planOf({ image: "ami-0123456789abcdef0" });
    expect([ami?.image, ami?.machineImage]).toEqual([undefined, "ami-0123456789abcdef0"]);
    const both = planOf({ image: "worker", machineImage: "ami-1" });
    expect([both?.image, both?.machineImage]).toEqual(["worker", "ami-1"]);
  });

  test("has the startup script, the budgets and the disk", () => {
    const asked = { startupScript: "apt-get update", maxTotalCost: 5, bootDiskIops: 4000, bootDiskThroughput: 300 };
    expect(planOf(asked)).toMatchObject({
      startupScript: "apt-get update",
      maxTotalCost: 5,
      maxTotalPricePerHour: 10,
      bootDiskType: "gp3",
      bootDiskGB: 30,
      bootDiskIops: 4000,
      bootDiskThroughput: 300,
    });
  });

  test("asks for no performance that a type of disk has no choice of", () => {
    const of = (bootDiskType: string) => {
      const offers = types.map((type) => ({ ...type, bootDiskType }));
      const plan = planOf({ bootDiskThroughput: 300 }, offers);
      return [plan?.bootDiskType, plan?.bootDiskIops, plan?.bootDiskThroughput];
    };
    expect(of("gp2")).toEqual(["gp2", undefined, undefined]);
    expect(of("io2")).toEqual(["io2", 100, undefined]);
  });
});

describe("spot instances", () => {
  const spot = { spot: true, interruptionsPerHour: 0.5 };
  const offers = [
    offer({ instanceType: "m7.large", cpus: 2, pricePerHour: 0.1 }),
    offer({ instanceType: "m7.large", cpus: 2, pricePerHour: 0.05, zone: "us-west-2a", ...spot }),
    offer({ instanceType: "m7.large", cpus: 2, pricePerHour: 0.07, zone: "us-west-2b", ...spot }),
  ];

  test("are worth it for short tasks, and not for those that are interrupted again and again", () => {
    const first = (maxRuntime: number, secondsPerTask: number) =>
      plansOf(offers, { maxRuntime }, { entries: 10, secondsPerTask })[0]?.plan.spot;
    expect(first(3600, 60)).toBe(true);
    expect(first(36_000, 36_000)).toBe(false);
  });

  test("are expected at the mean price of their zones, and held against budgets at the highest", () => {
    const [best] = plansOf(offers, { useSpot: true, maxTotalPricePerHour: 0.3 }, { entries: 100, secondsPerTask: 60 });
    expect(best).toMatchObject({
      workers: 4,
      pricePerHour: 0.24,
      highestPricePerHour: 0.28,
      heldBy: "maxTotalPricePerHour",
    });
  });

  test("leave room in the budget for those that may be on demand instead", () => {
    const asked = { useSpot: true, maxTotalPricePerHour: 0.3, onDemandShare: 0.5 };
    const [best] = plansOf(offers, asked, { entries: 100, secondsPerTask: 60 });
    expect(best).toMatchObject({ workers: 3, plan: { onDemandShare: 0.5, onDemandWorkerPricePerHour: 0.1 } });
  });
});

describe("time and money", () => {
  const offers = [offer({ instanceType: "m7.large", cpus: 2, pricePerHour: 0.36 })];

  test("are those of whole instances, with the way to the first task beside them", () => {
    const [best] = plansOf(offers, { maxInstances: 2 }, { entries: 9, secondsPerTask: 100 });
    // Nine tasks on workers of two slots are five times 100 s, three rounds on two workers.
    expect(best?.expected).toMatchObject({ seconds: 120 + 300, interruptions: 0, secondsFrom: "given" });
    expect(best?.expected.cost).toBeCloseTo(0.05);
    expect(best?.expected.startCost).toBeCloseTo(0.024);
  });

  test("are upper bounds where nobody knows how long a task takes", () => {
    const [best] = plansOf(offers, { maxRuntime: 200, maxTotalCost: 0.05 }, { entries: 9 });
    expect(best?.expected).toMatchObject({ secondsPerTask: 200, secondsFrom: "max-runtime" });
    expect(best?.plan).toMatchObject({ maxTotalCost: 0.05, secondsPerTask: undefined });
  });
});

describe("less work than a minimum asks for", () => {
  const offers = [offer({ instanceType: "m7.xlarge", cpus: 4, pricePerHour: 0.2 })];

  test("gets smaller workers, so that there are as many", () => {
    const [best] = plansOf(offers, { minInstances: 5 }, { entries: 8, secondsPerTask: 60 });
    expect(best).toMatchObject({ workers: 8, unmet: [], plan: { slotsPerWorker: 1 } });
  });

  test("is done by as many as it keeps busy, and the plan says so", () => {
    const [best] = plansOf(offers, { minInstances: 5, minTotalCpus: 3 }, { entries: 3, secondsPerTask: 60 });
    expect(best).toMatchObject({ workers: 1, unmet: ["min-instances 5"], heldBy: "entries" });
  });

  test("is no excuse where a budget would not allow the minimum either", () => {
    const asked = { minInstances: 5, maxTotalPricePerHour: 0.5 };
    expect(reasonsOf(offers, asked, { entries: 30, secondsPerTask: 60 })).toEqual([
      "min-instances 5 cannot be met: there would be 2, as max-total-price-per-hour 0.5 allows no more",
    ]);
  });
});

describe("what cannot be planned", () => {
  const offers = [
    offer({ instanceType: "m7.large", cpus: 2, pricePerHour: 0.1 }),
    offer({ instanceType: "m7.xlarge", cpus: 4, pricePerHour: 0.2 }),
    offer({ instanceType: "m7g.large", cpus: 2, pricePerHour: 0.08, architecture: "arm64" }),
  ];
  const todo = { entries: 100, secondsPerTask: 60 };

  test("says which constraint excludes how many offers", () => {
    expect(reasonsOf(offers, { minCpu: 8 }, todo)).toEqual([
      "min-cpu 8 excludes 3 offers",
      "architecture x86_64 excludes 1 offer",
    ]);
    expect(reasonsOf(offers, { minMemoryPerTask: 64, architecture: "arm64" }, todo)).toContain(
      "memory of 64 GB for a task excludes 1 offer",
    );
  });

  test.each([
    [
      { maxTotalPricePerHour: 0.05 },
      "max-total-price-per-hour 0.05 is too little for one worker: the cheapest worker (m7.large, 2 tasks at a time) costs up to 0.1 USD an hour",
    ],
    [
      { maxTotalCpus: 1 },
      "max-total-cpus 1 is too little for one worker: the cheapest worker (m7.large, 2 tasks at a time) has 2 vCPUs",
    ],
    [
      { maxTotalCost: 0.05 },
      "max-total-cost 0.05 is too little for the work: it is expected to cost 0.0867 USD for 100 entries on the cheapest worker (m7.large, 2 tasks at a time)",
    ],
    [{ minInstances: 20 }, "min-instances 20 cannot be met: there would be 10, as max-instances 10 allows no more"],
    [
      { minTotalCpus: 50, maxTotalPricePerHour: 1 },
      "min-total-cpus 50 cannot be met: there would be 20, as max-instances 10 allows no more",
    ],
    [{ maxRuntime: 30 }, "a task takes 60 s, and max-runtime 30 ends each before that"],
  ] satisfies [PoolConstraints, string][])("%j is refused: %s", (asked, message) => {
    expect(reasonsOf(offers, asked, todo)[0]).toBe(message);
  });

  test("names the worker on which the work would cost least, not the one that is cheapest by the hour", () => {
    const larger = offer({ instanceType: "m7.2xlarge", cpus: 8, pricePerHour: 0.3 });
    const [reason] = reasonsOf([...offers, larger], { maxTotalCost: 0.01 }, todo);
    expect(reason).toMatch(/for 100 entries on the cheapest worker \(m7\.2xlarge, 8 tasks at a time\)$/);
  });

  test("counts what is spent already", () => {
    const [reason] = reasonsOf(offers, { maxTotalCost: 2 }, { ...todo, spent: 1.95 });
    expect(reason).toMatch(/^max-total-cost 2 is too little for the work, of which 1\.95 USD are spent,: it/);
  });

  test("is anything, where nothing is offered or nothing is to be done", () => {
    expect(reasonsOf([], {}, todo)).toEqual(["there are no offers"]);
    expect(reasonsOf(offers, {}, { entries: 0 })).toEqual(["there is nothing left to do"]);
  });

  test("always has a reason", () => {
    fc.assert(
      fc.property(catalogue, constraints, work, (random, asked, some) => {
        const planned = planPool(random, asked, some);
        if (planned.outcome === "planned") expect(planned.plans).not.toEqual([]);
        else expect(planned.reasons.filter(({ message }) => message !== "")).not.toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
