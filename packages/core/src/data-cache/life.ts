/** How long a value lives, and by what it can be invalidated. */
import { readDuration } from '../kit/duration.ts'
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import type { DataCore } from './data-core.ts'
import type { LoadRules } from './settings.ts'
import { StoredValue, type StoredKind, type Unstamped } from './stored-value.ts'

/** A value with the rules by which it is stored. */
export interface Making {
  readonly key: string
  readonly value: unknown
  readonly rules: LoadRules
  /** From a loader: then its nothing is remembered for `negativeTtl`. */
  readonly isLoaded: boolean
  readonly madeInMs: number
}

/** A value in the form in which it lies in the cache, and what is to be stored of it. */
export interface Made {
  readonly stored: StoredValue
  /** Undefined: not to be stored. */
  readonly entry: Unstamped | undefined
}

/** @throws ForebayError for a value that the codec cannot hold. */
export function made(core: DataCore, making: Making): Made {
  const { key, value, rules, madeInMs } = making
  const isNone = value === undefined
  const { kept, bytes } = isNone ? { kept: undefined, bytes: 0 } : core.form.keep(value)
  const isNegative = making.isLoaded && (isNone || value === null)
  const ttlMs = isNegative ? negativeTtlMs(core, rules) : ttlOf(core, making)
  const lifeMs = ttlMs === undefined ? 0 : Math.ceil(ttlMs * (1 - rules.jitter * core.settings.random()))
  const stored = stow(core, isNone ? 'none' : 'value', { kept, madeInMs, lifeMs })
  const tags = tagsOf(core, making, isNegative)
  if (ttlMs === 0) core.noteRefused(key, 'ttl')
  if (lifeMs === 0 || tags === undefined) return { stored, entry: undefined }
  const labels = rules.label === undefined ? tags : [...tags, rules.label]
  const now = core.clock.now()
  const staleAt = now + lifeMs
  const staleForMs = isNegative ? 0 : Math.max(rules.staleWhileRevalidateMs, rules.staleIfErrorMs)
  const deleteAt = staleAt + staleForMs
  return { stored, entry: { bytes, storedAt: now, staleAt, deleteAt, labels, path: '' } }
}

/** A stored value of this cache's version. */
export function stow(
  core: DataCore,
  kind: StoredKind,
  parts: Pick<StoredValue, 'kept' | 'madeInMs' | 'lifeMs'>,
): StoredValue {
  const { kept, madeInMs, lifeMs } = parts
  // Member by member: spreading costs more than all else of a miss.
  const { form, settings } = core
  const isExpired = false
  return new StoredValue({ kind, kept, form, madeInMs, lifeMs, version: settings.version, isExpired })
}

function negativeTtlMs(core: DataCore, rules: LoadRules): number {
  if (rules.negativeTtlMs !== undefined) return rules.negativeTtlMs
  const longest = core.settings.longestNegativeTtlMs
  return typeof rules.ttl === 'number' ? Math.min(rules.ttl, longest) : longest
}

/** Undefined when the function fails: what has no known end is not stored. */
function ttlOf(core: DataCore, { key, value, rules: { ttl } }: Making): number | undefined {
  if (typeof ttl === 'number') return ttl
  return asked(core, 'ttl', () => {
    const answer = ttl(value as never, key)
    const ms = readDuration(answer)
    if (ms === undefined) throw nonsense('ttl', answer, 'a duration')
    return ms
  })
}

/** Undefined when the function fails: what could not be invalidated is not stored. */
function tagsOf(
  core: DataCore,
  { key, value, rules: { tags } }: Making,
  isNegative: boolean,
): readonly string[] | undefined {
  if (typeof tags !== 'function') return tags
  // It is a function of the value, and there is none.
  if (isNegative) return []
  return asked(core, 'tags', () => {
    const answer: unknown = tags(value as never, key)
    if (Array.isArray(answer) && answer.every((tag) => typeof tag === 'string' && tag !== ''))
      return [...answer]
    throw nonsense('tags', answer, 'a list of texts that are not empty')
  })
}

function asked<R>(core: DataCore, option: string, ask: () => R): R | undefined {
  try {
    return ask()
  } catch (error) {
    core.failed(option, error)
    return undefined
  }
}

function nonsense(option: string, answer: unknown, accepted: string): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_RESULT',
    `createCache: ${option}: the function returned ${showValue(answer)}. Accepted: ${accepted}.`,
  )
}
