/** A published standard, in the edition that the policies were compared with. */
export interface Framework {
  readonly name: string;
  readonly version: string;
  readonly url: string;
}

/** The standards whose controls the policies carry out. */
export const FRAMEWORKS = {
  "pod-security": {
    name: "Kubernetes Pod Security Standards",
    version: "1.34",
    url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  },
  "cis-kubernetes": {
    name: "CIS Kubernetes Benchmark",
    version: "1.10",
    url: "https://www.cisecurity.org/benchmark/kubernetes",
  },
  "cis-aws": {
    name: "CIS AWS Foundations Benchmark",
    version: "3.0",
    url: "https://www.cisecurity.org/benchmark/amazon_web_services",
  },
  nsa: {
    name: "NSA/CISA Kubernetes Hardening Guidance",
    version: "1.2",
    url: "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
  },
  nist: {
    name: "NIST SP 800-53",
    version: "Revision 5",
    url: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
  },
} as const satisfies Record<string, Framework>;

export type FrameworkId = keyof typeof FRAMEWORKS;

/** One control of a standard, by the number or the name that the standard gives it. */
export interface Control {
  readonly framework: FrameworkId;
  readonly control: string;
}
