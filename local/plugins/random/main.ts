/**
 * Stand-in for the `random` provider, for machines that cannot download the official one.
 * The engine starts it, reads its port from the first line of its output and ends it with SIGINT.
 */
import randomPackage from "@pulumi/random/package.json" with { type: "json" };
import { serveProvider } from "../protocol/provider-server.ts";
import { createRandomProvider } from "./provider.ts";

await serveProvider(createRandomProvider(), { name: "random", version: randomPackage.version });
