/** Whether a response is reused, by the pure rules alone. */
import { expect, it } from 'vitest'
import type { HeaderFields } from '@forebay/core'
import { governingDirectives } from '../../../packages/core/src/response-cache/directives.ts'
import {
  heuristicLifetimeMs,
  initialAgeMs,
  isHeuristicallyCacheable,
  statedLifetimeMs,
} from '../../../packages/core/src/response-cache/freshness.ts'
import { isForEveryone, whyNotStorable } from '../../../packages/core/src/response-cache/storable.ts'

export const now = Date.UTC(2026, 10, 21)
/** So many seconds from now. */
export const at = (seconds: number): string => new Date(now + seconds * 1_000).toUTCString()
const targets = ['cdn-cache-control']

export interface Asked {
  readonly status?: number
  readonly isAuthorized?: boolean
}

/** Whether a second request, three seconds after the first, may be answered by the first one's response. */
export function isReused(fields: HeaderFields, { status = 200, isAuthorized = false }: Asked = {}): boolean {
  const governing = governingDirectives(fields, targets)
  const stated = statedLifetimeMs(fields, governing, now)
  const request = { isAuthorized, hasGuardedCookie: false, isPartitioned: false, isKeyed: () => false }
  const response = { status, fields, governing, hasRefusedCookie: false, statedLifetimeMs: stated }
  if (whyNotStorable(request, response) !== undefined || governing.directives.noCache) return false
  if (isAuthorized && !isForEveryone(governing, 'authorization')) return false
  const mayGuess = isHeuristicallyCacheable(status) || governing.directives.isPublic
  const lifetimeMs = stated ?? (mayGuess ? heuristicLifetimeMs(fields, now) : undefined) ?? 0
  return initialAgeMs(fields, { requestedAt: now, respondedAt: now }) + 3_000 < lifetimeMs
}

export type ReuseCase = readonly [fields: HeaderFields, isExpected: boolean, asked?: Asked]

/** One test for each case. */
export function expectReused(cases: readonly ReuseCase[]): void {
  it.each(cases.map(([fields, isExpected, asked = {}]) => ({ fields, isExpected, asked })))(
    '$fields, $asked: $isExpected',
    ({ fields, isExpected, asked }) => {
      expect(isReused(fields, asked)).toBe(isExpected)
    },
  )
}

export const cached = (value: string | string[], more: HeaderFields = {}): HeaderFields => ({
  'cache-control': value,
  ...more,
})
