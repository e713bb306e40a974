import { expect, test } from "vitest";
import { jobObjects } from "../../src/embedded/jobs/job-objects.ts";

const environment = { CIRRUS_OBJECTS_DIRECTORY: "/objects", CIRRUS_DATA_BUCKET: "data" };

test("a job of any program gets S3 over the objects of this machine, with the project's buckets", () => {
  const expected = { directory: "/objects", buckets: ["data"] };
  for (const program of ["python3", "./run.sh", "/usr/bin/gdal_translate", "my-cirrus-batch"]) {
    expect(jobObjects([program, "s3://data/a.json"], environment), program).toEqual(expected);
  }
});

test("the package's own programs need none", () => {
  for (const program of ["cirrus-batch", "cirrus-batch.py", "/opt/cirrus/bin/cirrus-worker"]) {
    expect(jobObjects([program], environment), program).toBeUndefined();
  }
});

test("a job that names an S3 or credentials of its own keeps them", () => {
  for (const name of ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"]) {
    expect(jobObjects(["python3"], { ...environment, [name]: "mine" }), name).toBeUndefined();
  }
  expect(jobObjects(["python3"], {})).toBeUndefined();
});
