/** Answering from a stored response without asking the handler. */
import type { CacheEntry } from '../ports/cache-store.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome, FieldLine, FieldValue } from '../ports/http.ts'
import { answerFrom, isPlainGet } from './answer.ts'
import { besideCookies } from './stored-fields.ts'
import { cacheStatusValue, type CacheStatus } from './cache-status.ts'
import type { ForwardReason } from './cache-request.ts'
import { listMembers } from './field-list.ts'
import type { Landed } from './landed.ts'
import type { ReadyAnswer, StoredResponse } from './stored-response.ts'

export interface Use {
  readonly exchange: Exchange
  readonly entry: CacheEntry
  readonly stored: StoredResponse
  readonly now: number
  /** Our name in `Cache-Status`; undefined for no such field. */
  readonly name: string | undefined
}

/** A fresh response as it is: the same objects again and again within a second. */
export function answerHit(use: Use): CacheOutcome {
  const { stored, now, name } = use
  const ready = stored.readyHit
  if (!isWhole(use)) return answerWith(use, { hit: true, ttl: secondsLeft(use.entry.staleAt, now) })
  if (ready !== undefined && isGood(ready, use)) return ready.outcome
  const outcome = answerWith(use, { hit: true, ttl: secondsLeft(use.entry.staleAt, now) })
  stored.readyHit = { name, outcome, from: now, until: nextChange(use) }
  return outcome
}

/** What another's run has made: the same objects for all who have waited for it. */
export function answerCollapsed(use: Use, why: ForwardReason, landed: Landed): CacheOutcome {
  const { ready } = landed
  if (!isWhole(use)) return answerWith(use, { fwd: why, collapsed: true })
  if (ready?.why === why && isGood(ready, use)) return ready.outcome
  const outcome = answerWith(use, { fwd: why, collapsed: true })
  landed.ready = { name: use.name, why, outcome, from: use.now, until: nextChange(use) }
  return outcome
}

/** Whether the answer is the same for all: all of the response, and nothing of ours joins what stands already. */
function isWhole({ exchange, stored }: Use): boolean {
  return isPlainGet(exchange) && !stored.setsCookie && exchange.responseField('cache-status') === undefined
}

function isGood(ready: ReadyAnswer, { name, now }: Use): boolean {
  return ready.name === name && now >= ready.from && now < ready.until
}

/** A stored response under the given `Cache-Status`: stale, collapsed, conditional, partial. */
export function answerWith(use: Use, status: CacheStatus): CacheOutcome {
  const { exchange, stored, now } = use
  const { fields, ...answer } = answerFrom(stored, exchange.method, exchange.requestFields)
  const own = withoutCacheStatus(stored, fields)
  return {
    type: 'respond',
    response: {
      ...answer,
      fields: stored.setsCookie ? besideCookies(own, exchange.responseField('set-cookie')) : own,
      age: ageOf(stored, now),
      cacheStatus: saidOf(use, status),
    },
  }
}

/** Ours behind all others; theirs alone where ours has no name. */
function saidOf(use: Use, status: CacheStatus): string | undefined {
  const before = saidBefore(use)
  if (use.name !== undefined) return cacheStatusValue(use.name, status, before)
  return use.stored.cacheStatus === undefined ? undefined : [before ?? []].flat().join(', ')
}

/** By the caches behind the handler, and by those that stand outside. */
function saidBefore({ exchange, stored, name = '' }: Use): FieldValue | undefined {
  const outside = exchange.responseField('cache-status')
  if (stored.cacheStatus === undefined) return outside
  // A mount further inside that has our name: whoever reads the list takes its word for ours.
  const behind = listMembers(stored.cacheStatus).filter((member) => !member.startsWith(`${name};`))
  return [behind, outside ?? []].flat()
}

/** Theirs leaves as one field with that of whoever stands outside, and ours. */
function withoutCacheStatus(stored: StoredResponse, fields: readonly FieldLine[]): readonly FieldLine[] {
  return stored.cacheStatus === undefined ? fields : fields.filter(([name]) => name !== 'cache-status')
}

/** Since the response was made, or validated, at its origin. */
export function ageMs(stored: StoredResponse, now: number): number {
  return Math.max(0, now - stored.bornAt)
}

/** The `Age` field. */
export function ageOf(stored: StoredResponse, now: number): string {
  return String(Math.floor(ageMs(stored, now) / 1_000))
}

/** Whole seconds of freshness left, negative once stale; away from zero, so that the sign tells which. */
export function secondsLeft(staleAt: number, now: number): number {
  const seconds = (staleAt - now) / 1_000
  return seconds > 0 ? Math.ceil(seconds) : Math.floor(seconds)
}

/** When `Age` or the remaining lifetime will read differently. */
function nextChange({ stored, entry, now }: Use): number {
  const untilAge = 1_000 - modulo(now - stored.bornAt, 1_000)
  const untilTtl = modulo(entry.staleAt - now, 1_000) || 1_000
  return now + Math.min(untilAge, untilTtl)
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
