/** What one HTTP measurement asks of a contestant, and the one shape that all HTTP contestants have. */
import type { Server } from 'node:http'

export type Scenario = 'limit-allowed' | 'limit-denied' | 'hit-1k' | 'hit-20k' | 'hit-200k'

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

/** The status that every answer after the first must have. */
export function expectedStatus(scenario: Scenario): number {
  return scenario === 'limit-denied' ? 429 : 200
}
