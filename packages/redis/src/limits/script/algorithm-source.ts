/** One algorithm of `@forebay/core` in Lua: what decides, and what corrects earlier charges. */
export interface AlgorithmSource {
  readonly rule: string
  /** Needs the rule in front of it. */
  readonly correction: string
}
