import { isIPv4 } from "node:net";
import { z } from "zod";
import modelsFile from "../../agent-runtime/data/models.json" with { type: "json" };
import { nearest } from "./nearest.ts";
import { type Contradiction, relation } from "./relations.ts";

type Model = (typeof modelsFile.models)[number];

const modelsByName = new Map<string, Model>(
  modelsFile.models.flatMap((model) => [model.id, ...model.aliases].map((name) => [name, model] as const)),
);

const withFallbacks = z.looseObject({ fallbacks: z.record(z.string(), z.array(z.string())) });

/** A fallback must answer. The runtime refuses unknown models as well, and leaves out those that retire after this check. */
export const answeringFallbacks = relation(withFallbacks, ({ fallbacks }) => {
  const chains = Object.entries(fallbacks);
  return [
    ...chains.flatMap(([name, chain]) => [
      ...answersFaults(["fallbacks", name], name),
      ...chain.flatMap((next, index) => answersFaults(["fallbacks", name, index], next)),
      ...repetitionFaults(name, chain),
    ]),
    ...secondChainFaults(chains.map(([name]) => name)),
  ];
});

function answersFaults(path: readonly PropertyKey[], name: string): Contradiction[] {
  const model = modelsByName.get(name);
  if (model === undefined) {
    const meant = nearest(name, [...modelsByName.keys()]);
    return [
      {
        path,
        got: `${JSON.stringify(name)}, which is no known model`,
        allowed: `one of ${modelsFile.models.map(({ id }) => id).join(", ")}`,
        fix: meant === undefined ? "name one of them" : `did you mean ${meant}?`,
      },
    ];
  }
  const today = new Date().toISOString().slice(0, 10);
  if (model.retiresOn === null || model.retiresOn > today) return [];
  return [
    {
      path,
      got: `${JSON.stringify(name)}, retired on ${model.retiresOn}`,
      allowed: "a model that still answers",
      fix: model.replacement === null ? "name another one" : `use ${model.replacement} instead`,
    },
  ];
}

/** A model that has just failed is not tried again, under none of its names. */
function repetitionFaults(name: string, chain: readonly string[]): Contradiction[] {
  const ids = [name, ...chain].map(idOf);
  return chain.flatMap((next, index) =>
    ids.indexOf(idOf(next)) > index
      ? []
      : [
          {
            path: ["fallbacks", name, index],
            got: `${JSON.stringify(next)}, which comes before in the chain`,
            allowed: "every model once in a chain",
            fix: "remove it",
          },
        ],
  );
}

function secondChainFaults(names: readonly string[]): Contradiction[] {
  const ids = names.map(idOf);
  return names.flatMap((name) => {
    const other = names[ids.indexOf(idOf(name))];
    if (other === undefined || other === name) return [];
    return [
      {
        path: ["fallbacks", name],
        got: `a second chain of the same model, which is ${other} too`,
        allowed: "one chain for each model",
        fix: "remove one of the two",
      },
    ];
  });
}

const idOf = (name: string) => modelsByName.get(name)?.id ?? name;

const withIssuers = z.looseObject({
  identity: z.looseObject({ jwt: z.array(z.looseObject({ issuer: z.string(), jwksUrl: z.url() })) }),
});

/** Who can alter an issuer's keys on their way can let in anyone. */
export const trustedIssuers = relation(withIssuers, ({ identity }) => {
  const issuers = identity.jwt.map(({ issuer }) => issuer);
  return identity.jwt.flatMap(({ issuer, jwksUrl }, index): Contradiction[] => {
    const path = ["identity", "jwt", index];
    const insecure: Contradiction = {
      path: [...path, "jwksUrl"],
      got: "an address that can be tampered with, or that holds a password (not shown)",
      allowed: "an https URL without user and password (plain http only to a loopback address)",
      fix: "use the issuer's https address",
    };
    const repeated: Contradiction = {
      path: [...path, "issuer"],
      got: `${JSON.stringify(issuer)}, which is listed before`,
      allowed: "every issuer once",
      fix: "remove one of the two",
    };
    return [
      ...(isTamperProof(new URL(jwksUrl)) ? [] : [insecure]),
      ...(issuers.indexOf(issuer) === index ? [] : [repeated]),
    ];
  });
});

function isTamperProof({ protocol, hostname, username, password }: URL): boolean {
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** Whether it is within the pod, where no network policy stands in the way. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."))
  );
}

const withIdentityCidrs = z.looseObject({
  gateway: withIssuers,
  networkPolicy: z.looseObject({ identityCidrs: z.array(z.string()) }),
});

/** Tokens of an issuer whose keys cannot be fetched are all refused. */
export const reachableIssuers = relation(withIdentityCidrs, ({ gateway, networkPolicy }) => {
  const hosts = gateway.identity.jwt
    .map(({ jwksUrl }) => new URL(jwksUrl).hostname)
    .filter((hostname) => !isLoopback(hostname));
  if (hosts.length === 0 || networkPolicy.identityCidrs.length > 0) return [];
  return [
    {
      path: ["networkPolicy", "identityCidrs"],
      got: `no ranges, although gateway.identity.jwt has keys at ${[...new Set(hosts)].join(", ")}`,
      allowed: "1 to 50 IPv4 ranges with the addresses of these hosts",
      fix: "state these ranges: tokens cannot be checked while the network policies keep the keys out of reach",
    },
  ];
});
