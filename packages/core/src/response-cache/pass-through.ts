/** Responses that the cache lets pass: bypassed requests, and methods that it does not answer. */
import type { Departure, HeaderFields, ResponseRecorder, CacheOutcome } from '../ports/http.ts'
import type { Exchange } from '../ports/exchange.ts'
import { cacheStatusValue } from './cache-status.ts'
import { invalidateByResponse } from './unsafe-methods.ts'
import type { Mount } from './mount.ts'
import type { Reason } from './reasons.ts'
import type { CacheSettings } from './settings.ts'

/** RFC 9110 §9.2.1: these change nothing at the origin. */
const safeMethods: ReadonlySet<string> = new Set([
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'REPORT',
  'SEARCH',
  'QUERY',
])

/** Neither answered nor stored; `detail` says why, unless the app said so itself. */
export function bypass(settings: CacheSettings, detail: Reason): CacheOutcome {
  return {
    type: 'continue',
    recorder: new PassRecorder(settings, 'bypass', detail === 'skip' ? undefined : detail),
  }
}

/** Let pass without a word. */
export function pass(): CacheOutcome {
  return { type: 'continue', recorder: silent }
}

/** What leaves is what the handler produced, and nobody watches it. */
export function asProduced(status: number): Departure {
  return { status, set: [], remove: [], window: undefined, body: undefined, recording: false }
}

/** A request whose method is not GET or HEAD: its success invalidates what it may have changed (RFC 9111 §4.4). */
export function passMethod(mount: Mount, exchange: Exchange): CacheOutcome {
  const invalidates = safeMethods.has(exchange.method)
    ? undefined
    : (status: number, fields: HeaderFields) => invalidateByResponse(mount.core, exchange, { status, fields })
  return { type: 'continue', recorder: new PassRecorder(mount.settings, 'method', undefined, invalidates) }
}

const silent: ResponseRecorder = {
  start: asProduced,
  write: () => {},
  end: () => {},
  abort: () => {},
}

class PassRecorder implements ResponseRecorder {
  readonly #settings: CacheSettings
  readonly #why: 'bypass' | 'method'
  readonly #detail: string | undefined
  readonly #started: ((status: number, fields: HeaderFields) => void) | undefined

  constructor(
    settings: CacheSettings,
    why: 'bypass' | 'method',
    detail: string | undefined,
    started?: (status: number, fields: HeaderFields) => void,
  ) {
    this.#settings = settings
    this.#why = why
    this.#detail = detail
    this.#started = started
  }

  start(status: number, fields: HeaderFields): Departure {
    this.#started?.(status, fields)
    const { cacheStatus } = this.#settings
    if (cacheStatus === undefined) return asProduced(status)
    const said = { fwd: this.#why, detail: this.#detail }
    const value = cacheStatusValue(cacheStatus, said, fields['cache-status'])
    return { ...asProduced(status), set: [['cache-status', value]] }
  }

  write(): void {}
  end(): void {}
  abort(): void {}
}
