/** The field of a pod that names the Secrets to pull its images with; no field for none. */
export function pullSecretsOf(names: readonly string[] = []): { imagePullSecrets?: { name: string }[] } {
  return names.length === 0 ? {} : { imagePullSecrets: names.map((name) => ({ name })) };
}
