/** What came back from one shop, as the client saw it. */
import type { IncomingHttpHeaders } from 'node:http'

export interface Ask {
  readonly method: string
  readonly path: string
  readonly client: string
  readonly json?: unknown
  /** Queued behind its like: how long it took tells of the queue, not of the shop. */
  readonly isBurst?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly ms: number
}

export interface Example {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

export class Tally {
  requests = 0
  denied = 0
  failed = 0
  /** Requests answered from the cache, those that waited for another one's handler run included. */
  spared = 0
  cacheable = 0
  readonly hitMs: number[] = []
  readonly missMs: number[] = []
  hit: Example | undefined
  denial: Example | undefined

  add({ path, isBurst = false }: Ask, answer: Answer): void {
    this.requests++
    if (answer.status >= 500) this.failed++
    if (answer.status === 429) {
      this.denied++
      this.denial ??= answer
      return
    }
    if (path === '/login') return
    this.cacheable++
    const cacheStatus = String(answer.headers['cache-status'] ?? '')
    if (cacheStatus.includes('hit')) {
      this.spared++
      if (!isBurst) this.hitMs.push(answer.ms)
      if (path.startsWith('/products/')) this.hit = answer
    } else if (cacheStatus.includes('collapsed')) {
      this.spared++
    } else {
      this.missMs.push(answer.ms)
    }
  }
}

/** The value that `share` (0 to 1) of the sorted values do not exceed; 0 without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
