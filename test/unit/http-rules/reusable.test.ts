import { describe, expect, it } from 'vitest'
import { requestDirectives } from '../../../packages/core/src/response-cache/cache-control.ts'
import { judgeReuse, type ReusableResponse } from '../../../packages/core/src/response-cache/reusable.ts'

const fresh: ReusableResponse = {
  freshMs: 60_000,
  ageMs: 40_000,
  mustValidate: 'never',
  staleWhileRevalidateMs: 0,
}
const stale: ReusableResponse = { ...fresh, freshMs: -10_000, ageMs: 110_000 }
const refreshable: ReusableResponse = { ...stale, staleWhileRevalidateMs: 60_000 }

function judge(stored: ReusableResponse, cacheControl: string | undefined): string {
  const asked = cacheControl === undefined ? undefined : requestDirectives(cacheControl, undefined)
  const reuse = judgeReuse(stored, asked)
  return reuse.type === 'validate'
    ? `validate: ${reuse.reason}, by ${reuse.by}`
    : `${reuse.type}: ${reuse.reason}`
}

describe('a fresh response', () => {
  it.each([
    [undefined, 'reuse: fresh'],
    ['', 'reuse: fresh'],
    ['no-store', 'reuse: fresh'],
    ['only-if-cached', 'reuse: fresh'],
    ['no-cache', 'validate: request-no-cache, by request'],
    ['max-age=0', 'validate: request-max-age, by request'],
    ['max-age=39', 'validate: request-max-age, by request'],
    ['max-age=40', 'reuse: fresh'],
    ['max-age=x', 'validate: request-max-age, by request'],
    ['max-age=39, max-stale=100', 'validate: request-max-age, by request'],
    ['min-fresh=60', 'reuse: fresh'],
    ['min-fresh=61', 'validate: request-min-fresh, by request'],
    ['max-stale=0', 'reuse: fresh'],
  ])('for a request with Cache-Control %j: %s', (cacheControl, judgement) => {
    expect(judge(fresh, cacheControl)).toBe(judgement)
    expect(judge({ ...fresh, mustValidate: 'when-stale' }, cacheControl)).toBe(judgement)
  })

  it('that says no-cache is validated, whatever the client accepts', () => {
    expect(judge({ ...fresh, mustValidate: 'always' }, 'max-stale')).toBe('validate: no-cache, by stale')
  })
})

describe('a stale response', () => {
  it.each([
    [undefined, 'validate: stale, by stale'],
    ['max-stale', 'reuse: max-stale'],
    ['max-stale=10', 'reuse: max-stale'],
    ['max-stale=9', 'validate: stale, by stale'],
    ['max-stale=x', 'validate: stale, by stale'],
    ['max-age=110, max-stale', 'reuse: max-stale'],
    ['max-age=109, max-stale', 'validate: request-max-age, by request'],
    ['max-age=1000', 'validate: request-max-age, by request'],
    ['min-fresh=0, max-stale', 'validate: request-min-fresh, by request'],
    ['no-cache, max-stale', 'validate: request-no-cache, by request'],
  ])('for a request with Cache-Control %j: %s', (cacheControl, judgement) => {
    expect(judge(stale, cacheControl)).toBe(judgement)
  })

  it.each(['when-stale', 'always'] as const)('that is to be validated %s is', (mustValidate) => {
    expect(judge({ ...refreshable, mustValidate }, 'max-stale')).toMatch(/^validate/)
  })

  it.each([
    [undefined, 'refresh: stale-while-revalidate'],
    ['max-age=1000', 'validate: request-max-age, by request'],
    ['max-stale=9', 'validate: stale, by stale'],
    ['max-stale=10', 'reuse: max-stale'],
    ['min-fresh=0', 'validate: request-min-fresh, by request'],
  ])('within its window, for Cache-Control %j: %s', (cacheControl, judgement) => {
    expect(judge(refreshable, cacheControl)).toBe(judgement)
  })

  it('is stale from the instant on at which its lifetime ends, and no longer refreshed when its window does', () => {
    expect(judge({ ...refreshable, freshMs: 1 }, undefined)).toBe('reuse: fresh')
    expect(judge({ ...refreshable, freshMs: 0 }, undefined)).toBe('refresh: stale-while-revalidate')
    expect(judge({ ...refreshable, freshMs: -59_999 }, undefined)).toBe('refresh: stale-while-revalidate')
    expect(judge({ ...refreshable, freshMs: -60_000 }, undefined)).toBe('validate: stale, by stale')
  })
})
