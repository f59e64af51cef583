/** Names, texts and signs of a rule; a text stands in quotes that it cannot hold. */
const TOKEN = /\|\||&&|[!(),]|`[^`]*`|"[^"]*"|[A-Za-z]+/g;

/** Conditions that name hosts, in any spelling; those with a pattern do not. */
const HOST_MATCHERS = ["host", "hostheader", "hostsni"];

/**
 * Whether a rule of Traefik, such as ``Host(`a.example.com`) && PathPrefix(`/v1`)``, matches requests for hosts alone that
 * it names.
 * @throws Error where it is no rule
 */
export function namesHosts(rule: string): boolean {
  const rest = rule.replaceAll(TOKEN, "").trim();
  if (rest !== "") throw new Error(`the rule holds ${JSON.stringify(rest.slice(0, 20))}`);
  const reader = new RuleReader(rule.match(TOKEN) ?? []);
  const isNamed = reader.readAlternatives();
  reader.expect(undefined);
  return isNamed;
}

class RuleReader {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Of alternatives each has to name hosts. */
  readAlternatives(): boolean {
    const first = this.#readConditions();
    if (!this.#skip("||")) return first;
    const others = this.readAlternatives();
    return first && others;
  }

  /** @throws Error where the next token is another one; undefined stands for the end */
  expect(token: string | undefined): void {
    const next = this.#tokens[this.#position];
    if (next !== token)
      throw new Error(`the rule has ${next ?? "its end"} in the place of ${token ?? "its end"}`);
    this.#position++;
  }

  /** Of conditions that all have to hold, one that names hosts is enough. */
  #readConditions(): boolean {
    const first = this.#readCondition();
    if (!this.#skip("&&")) return first;
    const others = this.#readConditions();
    return first || others;
  }

  #readCondition(): boolean {
    if (this.#skip("!")) {
      this.#readCondition();
      return false;
    }
    if (!this.#skip("(")) return this.#readMatcher();
    const isNamed = this.readAlternatives();
    this.expect(")");
    return isNamed;
  }

  #readMatcher(): boolean {
    const name = this.#read().toLowerCase();
    this.expect("(");
    const values: string[] = [];
    while (!this.#skip(")")) values.push(this.#read());
    return HOST_MATCHERS.includes(name) && !values.some((value) => value.includes("*"));
  }

  /** @throws Error at the end of the rule */
  #read(): string {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw new Error("the rule ends too early");
    return token;
  }

  #skip(token: string): boolean {
    const isNext = this.#tokens[this.#position] === token;
    if (isNext) this.#position++;
    return isNext;
  }
}
