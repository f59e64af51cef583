/**
 * Recorder in place of the `aws` provider, for environments without a cloud account.
 * The engine starts it, reads its port from the first line of its output and ends it with SIGINT.
 */
import awsPackage from "@pulumi/aws/package.json" with { type: "json" };
import { connectEngineLog, engineAddress } from "../protocol/engine-log.ts";
import { serveProvider } from "../protocol/provider-server.ts";
import { createAwsRecorder } from "./recorder.ts";

const log = connectEngineLog(engineAddress(process.argv));
await serveProvider(createAwsRecorder(log), { name: "aws", version: awsPackage.version });
