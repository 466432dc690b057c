/** A script of requests and replies, and who is to answer each. */

export interface Step {
  readonly method?: string
  readonly path?: string
  /** Fields of the request. */
  readonly asks?: Readonly<Record<string, string>>
  /** Seconds that pass before it. */
  readonly after?: number
  /** What the handler answers, if it is asked. Texts that begin with `@` are seconds from now as an HTTP date. */
  readonly reply?: Reply
  readonly expect: Expectation
}

export interface Reply {
  readonly status?: number
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

export interface Expectation {
  /** Who answers: a stored response, the handler, or a stored response that the handler has validated. */
  readonly by: 'cache' | 'handler' | 'validation'
  readonly status?: number
  readonly fields?: Readonly<Record<string, string | RegExp | undefined>>
  readonly body?: string
  /** What the handler sees of the request. */
  readonly seen?: Readonly<Record<string, string | undefined>>
}

export interface Scenario {
  readonly name: string
  readonly steps: readonly Step[]
}

export const cache: Expectation = { by: 'cache' }
export const handler: Expectation = { by: 'handler' }

/** Asked twice: is the second answered by the first one's response? */
export const twice = (
  name: string,
  reply: Reply,
  second: Expectation,
  more: Partial<Step> = {},
): Scenario => ({
  name,
  steps: [
    { ...more, reply, expect: handler },
    { after: 1, ...more, reply, expect: second },
  ],
})

export const stored = (name: string, fields: NonNullable<Reply['fields']>, status = 200): Scenario =>
  twice(`${name}: is reused`, { status, fields }, cache)
export const notReused = (name: string, fields: NonNullable<Reply['fields']>, status = 200): Scenario =>
  twice(`${name}: is not reused`, { status, fields }, handler)
