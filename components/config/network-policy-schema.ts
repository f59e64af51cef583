import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { cidr, label, nameServerCidr } from "./fields.ts";

/** Who may talk to whom. */
export const networkPolicySchema = z.strictObject({
  ingressNamespaces: z
    .array(label(63))
    .max(20)
    .default([...DEFAULTS.networkPolicy.ingressNamespaces])
    .describe("Namespaces whose pods may call the coordinator"),
  ingressCidrs: z
    .array(cidr)
    .max(50)
    .default([...DEFAULTS.networkPolicy.ingressCidrs])
    .describe(
      "Address ranges that may call the coordinator and the classes of agents: the subnets of load balancers that call pods from outside the cluster, such as those of exposure.controller aws-alb",
    ),
  monitoringNamespaces: z
    .array(label(63))
    .max(20)
    .default([...DEFAULTS.networkPolicy.monitoringNamespaces])
    .describe("Namespaces whose pods may read metrics"),
  dnsCidrs: z
    .array(nameServerCidr)
    .max(20)
    .default([...DEFAULTS.networkPolicy.dnsCidrs])
    .describe(
      "Address ranges of name servers beside the cluster's DNS pods, on port 53; such as a cache on each node",
    ),
  upstreamCidrs: z
    .array(cidr)
    .min(1)
    .max(50)
    .default([...DEFAULTS.networkPolicy.upstreamCidrs])
    .describe(
      "Address ranges that the coordinator may call on the port of upstream.baseUrl, which is 443 by default",
    ),
  identityCidrs: z
    .array(cidr)
    .max(50)
    .default([...DEFAULTS.networkPolicy.identityCidrs])
    .describe(
      "Address ranges of the hosts in gateway.identity.jwt[].jwksUrl, opened for the coordinator on the ports of these URLs; required with such an issuer",
    ),
  telemetryCidrs: z
    .array(cidr)
    .max(50)
    .default([...DEFAULTS.networkPolicy.telemetryCidrs])
    .describe(
      "Address ranges of the host in telemetry.otlpEndpoint (of its pods, where it is in the cluster), opened for the coordinator on the port of that URL, which has to be that of the pods; required with an endpoint",
    ),
});
