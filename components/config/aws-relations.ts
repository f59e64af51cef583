import { z } from "zod";
import { label } from "./fields.ts";
import { type Contradiction, relation } from "./relations.ts";

const withLock = z.looseObject({ retentionDays: z.int(), lockDays: z.int().optional() });

export const lockedForRetention = relation(withLock, ({ retentionDays, lockDays }) =>
  lockDays === undefined || lockDays >= retentionDays
    ? []
    : [
        {
          path: ["lockDays"],
          got: `${lockDays}, with retentionDays ${retentionDays}`,
          allowed: `at least ${retentionDays}: a backup is locked for as long as it is kept`,
          fix: "remove lockDays, or raise it",
        },
      ],
);

const recipients = z.looseObject({ emails: z.array(z.unknown()), httpsUrls: z.array(z.unknown()) });

export const somebodyToTell = relation(recipients, ({ emails, httpsUrls }) => {
  const all = [...emails, ...httpsUrls];
  if (all.length > 0 && new Set(all).size === all.length) return [];
  return [
    {
      got: all.length === 0 ? "nobody" : "the same recipient twice",
      allowed: "at least one of emails and httpsUrls, each once",
      fix: "state who is to be told, or remove alarms",
    },
  ];
});

export const distinctSecrets = relation(z.array(z.string()), (names) =>
  [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map((name) => ({
    got: `${JSON.stringify(name)} more than once`,
    allowed: "distinct names",
    fix: "remove all but one of them",
  })),
);

const placed = z.looseObject({
  name: z.string(),
  aws: z.looseObject({ region: z.string(), oidcProviderArn: z.string().optional() }).optional(),
});

const inCloud = z.looseObject({ aws: z.unknown().optional(), regions: z.array(placed).min(1) });

/** Either the whole stack is in AWS, or none of it. */
export const placedInAws = relation(inCloud, ({ aws, regions }) =>
  regions.flatMap((region, index): Contradiction[] => {
    if ((aws === undefined) === (region.aws === undefined)) return [];
    const path = ["regions", index, "aws"];
    if (aws === undefined) {
      return [
        {
          path,
          got: "a region of AWS, in a stack without aws",
          allowed: "nothing: without the key aws the stack has nothing in AWS",
          fix: "remove it, or state aws.accountId",
        },
      ];
    }
    return [
      {
        path,
        got: "nothing, in a stack with aws",
        allowed: "the region of AWS that the cluster is in, or closest to",
        fix: `state regions[${index}].aws.region`,
      },
    ];
  }),
);

/** Two regions of the stack in one of AWS would have one bucket for both, and no copy anywhere else. */
export const distinctAwsRegions = relation(inCloud, ({ aws, regions }) => {
  if (aws === undefined) return [];
  const places = regions.map((region) => region.aws?.region);
  return regions.flatMap(({ name }, index): Contradiction[] => {
    const place = places[index];
    const other = regions[places.indexOf(place)];
    if (place === undefined || other === regions[index]) return [];
    return [
      {
        path: ["regions", index, "aws", "region"],
        got: `${JSON.stringify(place)}, in which region ${other?.name} is already`,
        allowed: "a region of AWS of its own for every region",
        fix: `name another one for region ${name}, or remove the region`,
      },
    ];
  });
});

const withHome = z.looseObject({
  aws: z.looseObject({ home: label(24).optional() }).optional(),
  regions: z.array(z.looseObject({ name: z.string() })).min(1),
});

export const homeAmongRegions = relation(withHome, ({ aws, regions }) => {
  const names = regions.map(({ name }) => name);
  if (aws?.home === undefined || names.includes(aws.home)) return [];
  return [
    {
      path: ["aws", "home"],
      got: JSON.stringify(aws.home),
      allowed: `one of the regions: ${names.join(", ")}`,
      fix: "name one of them, or remove home for the first",
    },
  ];
});

const settings = z.looseObject({
  accountId: z.string(),
  backup: z.looseObject({ replicate: z.boolean() }).optional(),
  alarms: z.unknown().optional(),
  dns: z.unknown().optional(),
});

const stored = z.looseObject({ aws: settings.optional(), regions: z.array(z.unknown()).min(1) });

export const backupsHaveCopies = relation(stored, ({ aws, regions }) =>
  aws?.backup?.replicate !== true || regions.length > 1
    ? []
    : [
        {
          path: ["aws", "backup", "replicate"],
          got: "true, with one region",
          allowed: "true with a second region that the copies go to",
          fix: "set it to false, and copy the backups out of this region by other means",
        },
      ],
);

export const alarmsHaveChecks = relation(stored, ({ aws }) =>
  aws?.alarms === undefined || aws.dns !== undefined
    ? []
    : [
        {
          path: ["aws", "alarms"],
          got: "alarms, without aws.dns",
          allowed: "alarms with aws.dns, whose health checks they watch",
          fix: "state aws.dns, or remove aws.alarms",
        },
      ],
);

const owned = z.looseObject({ aws: settings.optional(), regions: z.array(placed).min(1) });

/** A role trusts an identity provider of its own account only. */
export const ownIdentityProviders = relation(owned, ({ aws, regions }) =>
  regions.flatMap((region, index): Contradiction[] => {
    const account = region.aws?.oidcProviderArn?.split(":")[4];
    if (aws === undefined || account === undefined || account === aws.accountId) return [];
    return [
      {
        path: ["regions", index, "aws", "oidcProviderArn"],
        got: `an identity provider of account ${account}`,
        allowed: `one of account ${aws.accountId}, which aws.accountId names`,
        fix: "correct one of them",
      },
    ];
  }),
);
