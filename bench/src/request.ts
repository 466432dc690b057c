/** The request that a scenario is about. */
import type { Scenario } from './scenario.ts'

let asked = 0

/** Every URL of the cold scenario is a new one, for all runs together. */
export function pathOf(scenario: Scenario): string {
  return scenario === 'cold-1k' ? `/?n=${asked++}` : '/'
}

/** `etag` is that of the stored response, for the scenario that is about having it already. */
export function fieldsOf(scenario: Scenario, etag: string | undefined): Readonly<Record<string, string>> {
  return {
    Host: 'shop.example',
    Accept: 'application/json',
    'User-Agent': 'bench',
    ...(scenario === 'not-modified' && etag !== undefined && { 'If-None-Match': etag }),
  }
}
