/** What one HTTP measurement asks of a contestant, and the one shape that all HTTP contestants have. */
import type { Handler } from './handler.ts'
import type { ContestantRole } from './result.ts'

export const limitScenarios = ['limit-allowed', 'limit-denied'] as const

export const cacheScenarios = [
  'hit-1k',
  'hit-20k',
  'hit-200k',
  'stream-20k',
  'not-modified',
  'stale-1k',
  'cold-1k',
] as const

export const scenarios: readonly Scenario[] = [...limitScenarios, ...cacheScenarios]

export type Scenario = (typeof limitScenarios)[number] | (typeof cacheScenarios)[number]

export const frameworks = ['express', 'fastify', 'koa'] as const

export type Framework = (typeof frameworks)[number]

export interface HttpContestant {
  /** As the table shows it. */
  readonly name: string
  readonly framework: Framework
  /** A `floor` has neither limiter nor cache: the handler alone. */
  readonly role: ContestantRole
  readonly scenarios: readonly Scenario[]
  /** Starts serving `GET` on a free loopback port. Rejects with the reason where it cannot. */
  serve(scenario: Scenario, handler: Handler): Promise<Serving>
}

export interface Serving {
  readonly port: number
  /** CPU time in µs of the other processes that take part in serving. */
  cpuElsewhere?(): number
  close(): Promise<void>
}

/** About how many bytes the handler sends. */
export const sizes: Readonly<Record<Scenario, number>> = {
  'limit-allowed': 10,
  'limit-denied': 10,
  'hit-1k': 1_000,
  'hit-20k': 20_000,
  'hit-200k': 200_000,
  'stream-20k': 20_000,
  'not-modified': 1_000,
  'stale-1k': 1_000,
  'cold-1k': 1_000,
}

/** Far more than any measurement uses. */
export const generousLimit = 1_000_000_000

/** What our own cache is told. A lifetime of 1 ms makes nearly every use a stale one. */
export function cacheOptions(scenario: Scenario): {
  readonly ttl: number
  readonly staleWhileRevalidate: number
} {
  const hour = 3_600_000
  return scenario === 'stale-1k'
    ? { ttl: 1, staleWhileRevalidate: hour }
    : { ttl: hour, staleWhileRevalidate: 0 }
}

/** The status that every answer after the first must have. */
export function expectedStatus(scenario: Scenario): number {
  if (scenario === 'not-modified') return 304
  return scenario === 'limit-denied' ? 429 : 200
}
