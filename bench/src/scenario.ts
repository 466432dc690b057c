/** What one HTTP measurement asks of a contestant, and the one shape that all HTTP contestants have. */
import type { Server } from 'node:http'
import { Readable } from 'node:stream'

export type Scenario =
  | 'limit-allowed'
  | 'limit-denied'
  | 'hit-1k'
  | 'hit-20k'
  | 'hit-200k'
  | 'stream-20k'
  | 'not-modified'
  | 'stale-1k'
  | 'cold-1k'

/** Those that every handler can be measured in, with a cache or without. */
export const cacheScenarios: readonly Scenario[] = [
  'hit-1k',
  'hit-20k',
  'hit-200k',
  'stream-20k',
  'stale-1k',
  'cold-1k',
]

export type Framework = 'express' | 'fastify' | 'koa'

export interface HttpContestant {
  /** As the table shows it. */
  readonly name: string
  readonly framework: Framework
  readonly scenarios: readonly Scenario[]
  /** Starts serving `GET /` on a free loopback port. */
  serve(scenario: Scenario): Promise<Server>
}

const sizes: Readonly<Record<Scenario, number>> = {
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

export interface Item {
  readonly id: number
  readonly name: string
  readonly price: number
}

/** What the handler answers with: JSON of about the scenario's size, as a list of small objects. */
export function contentOf(scenario: Scenario): readonly Item[] {
  const itemBytes = 50
  const count = Math.max(1, Math.round(sizes[scenario] / itemBytes))
  return Array.from({ length: count }, (_, id) => ({ id: 100_000 + id, name: 'amber lamp', price: 12_345 }))
}

/** The same content as a handler writes it that streams, one kilobyte at a time. */
export function streamOf(content: readonly Item[]): Readable {
  const bytes = Buffer.from(JSON.stringify(content))
  const chunks = Array.from({ length: Math.ceil(bytes.length / 1_000) }, (_, index) =>
    bytes.subarray(index * 1_000, (index + 1) * 1_000),
  )
  return Readable.from(chunks, { objectMode: false })
}

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
