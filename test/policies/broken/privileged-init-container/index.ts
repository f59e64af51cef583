import { runProgram, twist } from "../twist.ts";

twist("kubernetes:apps/v1:Deployment", ({ spec }) => {
  const [coordinator] = spec.template.spec.containers;
  spec.template.spec.initContainers = [
    {
      name: "tune",
      image: coordinator.image,
      command: ["sysctl", "-w", "net.core.somaxconn=4096"],
      resources: coordinator.resources,
      securityContext: { privileged: true, readOnlyRootFilesystem: true },
    },
  ];
});

export const { regions } = await runProgram();
