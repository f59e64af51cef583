/** A kind of secret that is recognised by its own form, wherever it stands. */
export interface SecretPattern {
  readonly what: string;
  readonly pattern: RegExp;
}

/**
 * Forms that issuers gave their keys so that they can be found. Every pattern takes linear time on any text:
 * bounded repetitions, and a look-behind that lets a long run of characters be tried once.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  { what: "an Anthropic key", pattern: /sk-ant-[\w-]{8}/ },
  { what: "an OpenAI key", pattern: /(?<![\w-])sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,200}T3BlbkFJ/ },
  { what: "an AWS access key", pattern: /(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/ },
  { what: "a key of Azure Storage", pattern: /AccountKey=[A-Za-z0-9+/]{86}==/ },
  {
    what: "a private key in PEM form",
    pattern: /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY|PuTTY-User-Key-File-\d/,
  },
  { what: "a private key of age", pattern: /AGE-SECRET-KEY-1[A-Z0-9]{20}/ },
  { what: "a GitHub token", pattern: /gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{36}/ },
  { what: "a GitLab token", pattern: /(?<![\w-])gl(?:pat|dt|rt|ptt|agent|soat)-[\w-]{20}/ },
  { what: "a Slack token", pattern: /xox[abeoprs]-[A-Za-z0-9-]{10}|xapp-\d-[A-Z0-9]{8}/ },
  {
    what: "a Slack webhook",
    pattern: /hooks\.slack\.com\/(?:services|workflows)\/T[A-Z0-9]{6,16}\/[A-Z0-9]{6}/,
  },
  { what: "a Google API key", pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/ },
  { what: "a Stripe key", pattern: /(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16}/ },
  { what: "a SendGrid key", pattern: /(?<![\w-])SG\.[\w-]{22}\.[\w-]{43}/ },
  { what: "an npm token", pattern: /(?<![\w-])npm_[A-Za-z0-9]{36}/ },
  { what: "a PyPI token", pattern: /(?<![\w-])pypi-AgE[\w-]{20}/ },
  { what: "a Docker Hub token", pattern: /dckr_(?:pat|oat)_[\w-]{20}/ },
  { what: "a Pulumi token", pattern: /(?<![\w-])pul-[0-9a-f]{40}/ },
  { what: "a HashiCorp Vault token", pattern: /(?<![\w-])hv[sbr]\.[\w-]{24}/ },
  { what: "a DigitalOcean token", pattern: /do[opr]_v1_[0-9a-f]{64}/ },
  { what: "a Grafana token", pattern: /(?<![\w-])gl(?:sa|c)_[A-Za-z0-9+/=_]{32}/ },
  { what: "a Hugging Face token", pattern: /(?<![\w-])hf_[A-Za-z0-9]{34}/ },
  { what: "a JSON Web Token", pattern: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\./ },
  {
    what: "a password of netrc",
    pattern:
      /(?<!\w)(?:machine\s{1,8}\S{1,256}|default)\s{1,8}login\s{1,8}\S{1,256}\s{1,8}password\s{1,8}[^\s$<]/,
  },
  {
    what: "the hash of a password",
    pattern:
      /\$(?:2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|(?:apr1|[156])\$[^\s$]{1,64}\$[./A-Za-z0-9]{22}|argon2id?\$v=)/,
  },
];
