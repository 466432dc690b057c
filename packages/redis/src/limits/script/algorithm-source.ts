/** One algorithm of `@forebay/core` in Lua: what decides, and apart from it what corrects earlier charges. */
export interface AlgorithmSource {
  readonly rule: string
  /** Needs the rule in front of it. Scripts that only consume leave it out. */
  readonly correction: string
}
