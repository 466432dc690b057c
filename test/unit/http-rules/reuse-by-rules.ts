/** How long a response is fresh in the preset `rfc`, by the pure rules alone. */
import { expect, it } from 'vitest'
import type { HeaderFields } from '@forebay/core'
import { governingDirectives } from '../../../packages/core/src/response-cache/directives.ts'
import {
  heuristicLifetimeMs,
  initialAgeMs,
  isHeuristicallyCacheable,
  statedLifetimeMs,
} from '../../../packages/core/src/response-cache/freshness.ts'
import { whyNotStorable } from '../../../packages/core/src/response-cache/storable.ts'

export const now = Date.UTC(2026, 10, 21)
/** So many seconds from now. */
export const at = (seconds: number): string => new Date(now + seconds * 1_000).toUTCString()
const targets = ['cdn-cache-control']

export interface Asked {
  readonly status?: number
  readonly isAuthorized?: boolean
}

/** How long it is fresh from now on, in ms; 0 where it is not to be stored, or not to be reused without validation. */
export function freshMs(fields: HeaderFields, { status = 200, isAuthorized = false }: Asked = {}): number {
  const governing = governingDirectives(fields, targets)
  const stated = statedLifetimeMs(fields, governing, now)
  const request = { isAuthorized, hasGuardedCookie: false, isPartitioned: false, isKeyed: () => false }
  const response = { status, fields, governing, hasRefusedCookie: false, statedLifetimeMs: stated }
  if (whyNotStorable(request, response) !== undefined || governing.directives.noCache) return 0
  const mayGuess = isHeuristicallyCacheable(status) || governing.directives.isPublic
  const lifetimeMs = stated ?? (mayGuess ? heuristicLifetimeMs(fields, now) : undefined) ?? 0
  return Math.max(0, lifetimeMs - initialAgeMs(fields, { requestedAt: now, respondedAt: now }))
}

export type ReuseCase = readonly [fields: HeaderFields, isExpected: boolean, asked?: Asked]

/** One test for each case. */
export function expectReused(cases: readonly ReuseCase[]): void {
  it.each(cases.map(([fields, isExpected, asked = {}]) => ({ fields, isExpected, asked })))(
    '$fields, $asked: $isExpected',
    ({ fields, isExpected, asked }) => {
      // The suite asks again after three seconds.
      expect(freshMs(fields, asked) > 3_000).toBe(isExpected)
    },
  )
}

export const cached = (value: string | string[], more: HeaderFields = {}): HeaderFields => ({
  'cache-control': value,
  ...more,
})
