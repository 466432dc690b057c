/** One mount of the cache: what becomes of a request, from its arrival to an answer or a run of the handler. */
import { isPromise } from '../kit/promise.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { CacheCore } from './cache-core.ts'
import type { CacheRequest } from './cache-request.ts'
import { failed, rescued } from './failed.ts'
import { identify } from './identify.ts'
import { lookUp } from './lookup.ts'
import type { Mount } from './mount.ts'
import { bypass, pass, passMethod } from './pass-through.ts'
import { runHandler } from './run-handler.ts'
import { runRefresh } from './run-refresh.ts'
import { queryRuleOf, type CacheSettings } from './settings.ts'
import { hasContent, hasRewritingField } from './unkeyed-input.ts'
import { sameRunAround } from './underway.ts'
import { askUser, isAnyAnswer } from './user-function.ts'

export class CacheMount implements Mount {
  readonly core: CacheCore
  readonly settings: CacheSettings

  constructor(core: CacheCore, settings: CacheSettings) {
    this.core = core
    this.settings = settings
    const rule = queryRuleOf(settings)
    core.queryRules.set(JSON.stringify(rule), rule)
  }

  /** Never throws or rejects. */
  handle(exchange: Exchange): MaybePromise<CacheOutcome> {
    try {
      return this.#handle(exchange)
    } catch (error) {
      return failed(this, error)
    }
  }

  #handle(exchange: Exchange): MaybePromise<CacheOutcome> {
    const { core, settings } = this
    if (exchange.refresh !== undefined) {
      const refresh = core.refreshes.claim(exchange.refresh, this)
      if (refresh === 'early') return pass()
      if (refresh !== 'none') return rescued(this, runRefresh(this, exchange, refresh))
    }
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return passMethod(this, exchange)
    if (core.isClosed) return bypass(settings, 'closed')
    if (hasRewritingField(exchange.requestFields)) return bypass(settings, 'unkeyed-input')
    if (hasContent(exchange.requestFields)) return bypass(settings, 'request-body')
    if (settings.skip === undefined) return this.#identify(exchange)
    const skips = askUser({ operation: 'skip', accepts: isAnyAnswer }, settings.skip, exchange)
    if (!isPromise(skips)) return this.#unless(Boolean(skips), exchange)
    return rescued(
      this,
      skips.then((late) => this.#unless(Boolean(late), exchange)),
    )
  }

  #unless(skips: boolean, exchange: Exchange): MaybePromise<CacheOutcome> {
    return skips ? bypass(this.settings, 'skip') : this.#identify(exchange)
  }

  #identify(exchange: Exchange): MaybePromise<CacheOutcome> {
    const request = identify(exchange, this.settings)
    if (!isPromise(request)) return this.#lookUp(request)
    return rescued(
      this,
      request.then((late) => this.#lookUp(late)),
    )
  }

  #lookUp(request: CacheRequest | undefined): MaybePromise<CacheOutcome> {
    if (request === undefined) return bypass(this.settings, 'no-key')
    return this.#insideRefresh(request) ?? lookUp(this, request, 'first')
  }

  /** A mount further outside refreshes the same: what is stored is not the answer, and this mount's options count. */
  #insideRefresh(request: CacheRequest): MaybePromise<CacheOutcome> | undefined {
    if (this.core.refreshes.size === 0) return undefined
    const around = sameRunAround(this.core, request.exchange, request.key)
    if (around?.refresh === undefined) return undefined
    const { why, stale, index, isCold, flight, refresh } = around
    return rescued(this, runHandler(this, { request, why, stale, index, isCold }, flight, { refresh }))
  }
}
