// Runs cdk-nag's AwsSolutions rules over a CloudFormation template and prints what they find as JSON: `node nag.js <template>`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Aspects, Stack } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { AwsSolutionsChecks } from "cdk-nag";

const found = [];
const ignore = () => {};
const logger = {
  onCompliance: ignore,
  onSuppressed: ignore,
  onSuppressedError: ignore,
  onNotApplicable: ignore,
  onNonCompliance({ ruleId, findingId, resource, ruleInfo }) {
    found.push({ rule: ruleId, resource: resource.node.id, detail: findingId, message: ruleInfo });
  },
  // A rule that could not read a value, such as one that only the deployment knows.
  onError({ ruleId, resource, errorMessage }) {
    found.push({ rule: `${ruleId}-unreadable`, resource: resource.node.id, detail: "", message: errorMessage });
  },
};

const outdir = mkdtempSync(join(tmpdir(), "cirrus-nag-"));
try {
  const app = new App({ outdir, analyticsReporting: false });
  new CfnInclude(new Stack(app, "stack"), "template", { templateFile: process.argv[2] });
  Aspects.of(app).add(new AwsSolutionsChecks({ reports: false, additionalLoggers: [logger] }));
  app.synth();
} finally {
  rmSync(outdir, { recursive: true });
}
console.log(JSON.stringify(found));
