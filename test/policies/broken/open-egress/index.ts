import { runProgram, twist } from "../twist.ts";

twist(
  "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  ({ spec }) => {
    spec.egress = [
      { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP", port: 1, endPort: 65535 }] },
    ];
  },
  "coordinator",
);

export const { regions } = await runProgram();
