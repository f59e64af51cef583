import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { regionAddresses } from "../../../../local/region/real/address-plan.ts";
import { Authority } from "../../../../local/region/real/authority.ts";
import {
  apiServerUrl,
  type ControlPlaneOptions,
  controlPlanePlan,
  writeControlPlaneFiles,
} from "../../../../local/region/real/control-plane-plan.ts";

const ADDRESSES = regionAddresses(96, 1);

let root: string;
let options: ControlPlaneOptions;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "control-plane-"));
  const tool = (name: string) => ({ path: `/tools/${name}` });
  options = {
    region: "region-b",
    block: 96,
    addresses: ADDRESSES,
    folder: path.join(root, "region-b-control-plane"),
    authority: await Authority.open(path.join(root, "pki"), "region-b-authority"),
    tools: {
      etcd: tool("etcd"),
      "kube-apiserver": tool("kube-apiserver"),
      "kube-controller-manager": tool("kube-controller-manager"),
      "kube-scheduler": tool("kube-scheduler"),
    },
  };
  await writeControlPlaneFiles(options);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const plan = () => controlPlanePlan(options);
const certificateOf = async (name: string) =>
  new X509Certificate(await readFile(path.join(options.folder, "pki", `${name}.crt`)));

function flagsOf(name: string): readonly string[] {
  return (
    plan()
      .services.find((service) => service.name === name)
      ?.command.slice(1) ?? []
  );
}

describe("the plan of a control plane", () => {
  it("runs its four programs from the toolchain, under the names by which they are looked for", () => {
    const { services } = plan();

    expect(services.map(({ name, command }) => [name, command[0]])).toEqual([
      ["etcd", "/tools/etcd"],
      ["kube-apiserver", "/tools/kube-apiserver"],
      ["kube-controller-manager", "/tools/kube-controller-manager"],
      ["kube-scheduler", "/tools/kube-scheduler"],
    ]);
  });

  it("starts what calls the API server once that answers with a certificate of the region", () => {
    const { services } = plan();
    const gate = {
      kind: "https",
      url: "https://10.96.0.16:6443/readyz",
      authorityFile: "/run/machine/pki/ca.crt",
    };

    expect(services.map(({ name, after }) => [name, after])).toEqual([
      ["etcd", undefined],
      ["kube-apiserver", undefined],
      ["kube-controller-manager", gate],
      ["kube-scheduler", gate],
    ]);
  });

  it("sets up its name and network and nothing else: it changes no setting of the kernel", () => {
    const { setup } = plan();

    expect(setup[0]).toEqual(["hostname", "region-b-control-plane"]);
    expect(setup.slice(1).filter(([program]) => program !== "ip")).toEqual([]);
  });
});

describe("the API server", () => {
  it.each([
    ["nobody is served without credentials", "--anonymous-auth=false"],
    ["nodes may touch their own objects only, others what roles allow", "--authorization-mode=Node,RBAC"],
    ["nodes cannot change other nodes", "--enable-admission-plugins=NodeRestriction"],
    ["clients have certificates of the region's authority", "--client-ca-file=/run/machine/pki/ca.crt"],
    ["kubelets prove who they are", "--kubelet-certificate-authority=/run/machine/pki/ca.crt"],
    ["only the front proxy speaks for others", "--requestheader-allowed-names=front-proxy-client"],
    ["services get addresses of the region", "--service-cluster-ip-range=10.96.144.0/20"],
    ["it is reached at its machine", "--advertise-address=10.96.0.16"],
    ["pods leave a silent node after ten seconds", "--default-unreachable-toleration-seconds=10"],
  ])("is told that %s", (_meaning, flag) => {
    expect(flagsOf("kube-apiserver")).toContain(flag);
  });

  it("has no port without encryption, no token file and no password file", () => {
    const flags = flagsOf("kube-apiserver").join(" ");

    expect(flags).not.toMatch(/insecure|token-auth-file|basic-auth|AlwaysAllow/);
  });

  it("is the only one to reach etcd, which listens within the machine", () => {
    const urls = flagsOf("etcd").flatMap((flag) => /http.*/.exec(flag)?.[0] ?? []);

    expect([...new Set(urls)].sort()).toEqual(["http://127.0.0.1:2379", "http://127.0.0.1:2380"]);
    expect(flagsOf("kube-apiserver")).toContain("--etcd-servers=http://127.0.0.1:2379");
  });
});

describe("the controllers and the scheduler", () => {
  it.each(["kube-controller-manager", "kube-scheduler"])(
    "have credentials of their own, in %s also to check those of others, and listen within the machine",
    (program) => {
      const file = `/run/machine/${program.replace("kube-", "")}.kubeconfig`;

      expect(flagsOf(program)).toEqual(
        expect.arrayContaining([
          `--kubeconfig=${file}`,
          `--authentication-kubeconfig=${file}`,
          `--authorization-kubeconfig=${file}`,
          "--bind-address=127.0.0.1",
          "--leader-elect=false",
        ]),
      );
    },
  );

  it("give each controller an account of its own, and pods tokens that the API server accepts", () => {
    const controllers = flagsOf("kube-controller-manager");
    const apiServer = flagsOf("kube-apiserver");

    expect(controllers).toContain("--use-service-account-credentials=true");
    const keyOf = (flags: readonly string[], flag: string) =>
      flags.find((each) => each.startsWith(`--${flag}=`))?.split("=")[1];
    expect(keyOf(controllers, "service-account-private-key-file")).toBe(
      keyOf(apiServer, "service-account-signing-key-file"),
    );
  });
});

describe("the files of a control plane", () => {
  it("are all that its programs are pointed to", async () => {
    const named = controlPlanePlan(options)
      .services.flatMap(({ command }) => command)
      .flatMap((argument) => /=\/run\/machine\/(.+\..+)$/.exec(argument)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(10);
    for (const file of named)
      expect((await readFile(path.join(options.folder, file))).length).toBeGreaterThan(0);
  });

  it("do not include the key of the authority", async () => {
    expect(await readdir(path.join(options.folder, "pki"))).not.toContain("ca.key");
  });

  it.each([
    ["admin", "O=system:masters\nCN=admin"],
    ["controller-manager", "CN=system:kube-controller-manager"],
    ["scheduler", "CN=system:kube-scheduler"],
    ["kubelet-client", "O=system:masters\nCN=kube-apiserver-kubelet-client"],
    ["front-proxy-client", "CN=front-proxy-client"],
  ])("say who %s is", async (name, subject) => {
    expect((await certificateOf(name)).subject).toBe(subject);
  });

  it("name the API server as the host, the machines and pods call it", async () => {
    const certificate = await certificateOf("apiserver");
    const names = ["127.0.0.1", "10.96.0.16", "10.96.144.1"].map((address) => certificate.checkIP(address));
    expect(names).not.toContain(undefined);
    expect(certificate.checkHost("kubernetes.default.svc.cluster.local")).toBeDefined();
  });

  it("lead its programs to the address that everybody uses", async () => {
    const config = parse(await readFile(path.join(options.folder, "scheduler.kubeconfig"), "utf8"));
    expect(config.clusters[0].cluster.server).toBe(apiServerUrl(ADDRESSES));
  });
});
